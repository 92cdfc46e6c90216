"""Small notebooks and small courses for tests, made of few words.

nb = notebook(given("setup", "import math"), solution("square-code", SOURCE), graded("square", points=3))
course = make_course(tmp_path, {"little": nb})
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course import Course

STUB = '# Your code here.\nraise NotImplementedError("This one is still yours to write.")'


def settings(grade_id: str, *, grade: bool = False, solution: bool = False, locked: bool = False) -> dict[str, Any]:
    """nbgrader's metadata of a cell, without points."""
    return {
        "grade": grade,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }


def given(grade_id: str, source: str, *, skip: bool = False, kind: str = "code") -> NotebookNode:
    """A locked cell; with `skip` it is tagged `skip-execution`."""
    return _cell(kind, grade_id, source, settings(grade_id, locked=True), ["skip-execution"] if skip else ())


def solution(grade_id: str, source: str) -> NotebookNode:
    """A solution cell; in an instructor's notebook the source holds a solution region."""
    return _cell("code", grade_id, source, settings(grade_id, solution=True))


def graded(grade_id: str, source: str = "# visible tests", points: float = 3) -> NotebookNode:
    """A graded cell with visible tests."""
    return _cell("code", grade_id, source, settings(grade_id, grade=True, locked=True) | {"points": points})


def written(grade_id: str, source: str, points: float = 2) -> NotebookNode:
    """A written question, marked by hand."""
    return _cell("markdown", grade_id, source, settings(grade_id, grade=True, solution=True) | {"points": points})


def free(source: str, cell_id: str, *, kind: str = "code", **metadata: Any) -> NotebookNode:
    """A cell without nbgrader settings, with any other metadata."""
    return _new(kind, source, cell_id, metadata)


def _cell(kind: str, grade_id: str, source: str, nbgrader: dict[str, Any], tags: Sequence[str] = ()) -> NotebookNode:
    return _new(kind, source, grade_id, {"nbgrader": nbgrader} | ({"tags": list(tags)} if tags else {}))


def _new(kind: str, source: str, cell_id: str, metadata: dict[str, Any]) -> NotebookNode:
    make = new_code_cell if kind == "code" else new_markdown_cell
    return make(source=source, id=cell_id, metadata=metadata)  # type: ignore[no-any-return,no-untyped-call]


def notebook(*cells: NotebookNode, **metadata: Any) -> NotebookNode:
    """A notebook of these cells, for Jupyter's own Python kernel."""
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}} | metadata
    return new_notebook(cells=list(cells), metadata=metadata)  # type: ignore[no-any-return,no-untyped-call]


def region(*lines: str, before: str = "", after: str = "", indent: str = "    ") -> str:
    """Source with a solution region in it, as an instructor writes it."""
    body = [f"{indent}{line}" for line in ("### BEGIN SOLUTION", *lines, "### END SOLUTION")]
    return "\n".join(part for part in (before, *body, after) if part)


def instructor() -> NotebookNode:
    """A little instructor's notebook: set-up, an exercise, a plot, a written question and text between them."""
    square = region("doubled = number * number", "return doubled + 0 * offset", before="def square(number, offset=1):")
    answer = "Why squares?\n\n### BEGIN SOLUTION\nBecause a square of any number is never negative.\n### END SOLUTION"
    return notebook(
        free("# A little lesson\n\nSquares grow fast.", "welcome", kind="markdown"),
        given("setup", "import math"),
        free("side = 3", "playground"),
        solution("square-code", square),
        graded("square", "assert square(3) == 9", points=3),
        given("plot", "print('a plot')", skip=True),
        written("why", answer),
    )


def released(source: NotebookNode | None = None, stub: str = STUB) -> NotebookNode:
    """What students get of `instructor()` (or of another notebook), made without nbgrader."""
    made = copy.deepcopy(source or instructor())
    for cell in made.cells:
        blank = stub if cell.cell_type == "code" else "*Your answer here.*"
        whole = cell.metadata.get("nbgrader", {}).get("solution") and "BEGIN SOLUTION" not in cell.source
        cell.source = blank if whole else _without_solution(cell.source, blank)
        if "nbgrader" in cell.metadata:
            cell.metadata["deletable"] = False
    made.metadata["aandacht"] = {"assignment": "little", "release": "0123456789ab"}
    return made


def _without_solution(source: str, stub: str) -> str:
    lines: list[str] = []
    inside = False
    for line in source.split("\n"):
        if "BEGIN SOLUTION" in line:
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            lines += [indent + part for part in stub.split("\n")]
        elif "END SOLUTION" in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def cell_of(nb: NotebookNode, cell_id: str) -> NotebookNode:
    """The cell with that id."""
    found: NotebookNode = next(cell for cell in nb.cells if cell.id == cell_id)
    return found


def answered(nb: NotebookNode, **sources: str) -> NotebookNode:
    """A copy in which cells have other sources; `square_code="…"` means the cell `square-code`."""
    made = copy.deepcopy(nb)
    for name, source in sources.items():
        cell_of(made, name.replace("_", "-")).source = source
    return made


def as_bytes(nb: Mapping[str, Any]) -> bytes:
    """The notebook as a file holds it."""
    return json.dumps(nb).encode()


def write_notebook(path: Path, nb: NotebookNode) -> Path:
    """Write a notebook in nbformat's own layout, with the folders it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(nb) + "\n", encoding="utf-8")  # type: ignore[no-untyped-call]
    return path


def make_course(root: Path, sources: Mapping[str, NotebookNode], *, release: bool = False) -> Course:
    """A course folder with these instructor's notebooks; with `release` also what `released` makes of them."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "nbgrader_config.py").write_text("")
    course = Course(root)
    for name, source in sources.items():
        write_notebook(root / "source" / name / f"{name}.ipynb", source)
        if release:
            made = released(source)
            made.metadata["aandacht"]["assignment"] = name
            write_notebook(root / "release" / name / f"{name}.ipynb", made)
    return course


def submit(course: Course, student: str, assignment: str, data: bytes | NotebookNode) -> Path:
    """Hand in a notebook (or any bytes) as a student; the path of the file."""
    path = course.root / "submitted" / student / assignment / f"{assignment}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else as_bytes(data))
    return path


def mischief(nb: NotebookNode, chance: random.Random) -> None:
    """Change a notebook in one random way, of the sort that students and their tools have."""
    place = chance.randrange(len(nb.cells)) if nb.cells else 0
    what = chance.randrange(6) if nb.cells else 5
    if what == 0:
        del nb.cells[place]
    elif what == 1:
        nb.cells.insert(chance.randrange(len(nb.cells)), nb.cells.pop(place))
    elif what == 2:
        nb.cells.append(copy.deepcopy(nb.cells[place]))
    elif what == 3:
        nb.cells[place].source = f"changed {place}"
    elif what == 4:
        nb.cells[place].metadata.clear()
    else:
        nb.cells.insert(place, free("own", f"own-{chance.random()}".replace(".", "-")))
