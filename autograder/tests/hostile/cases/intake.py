"""Files that are no submission, or hardly."""

from __future__ import annotations

import copy
import json
import os
import socket
from collections.abc import Callable
from typing import Any

from nbformat import NotebookNode

from autograder.errors import UsageError
from autograder.nbgrader_adapters.grading import Status, grade_class
from autograder.tests.hostile.case import LIMITS, LOST, Case
from autograder.tests.hostile.payload import WRONG
from autograder.tests.hostile.theatre import Scene, remove


def _file(scene: Scene) -> Any:
    return scene.place / "chain.ipynb"


def _holds(data: bytes) -> Callable[[Scene], None]:
    def write(scene: Scene) -> None:
        _file(scene).write_bytes(data)

    return write


def _half(scene: Scene) -> None:
    data = _file(scene).read_bytes()
    _file(scene).write_bytes(data[: len(data) // 2])


def _gigabyte(scene: Scene) -> None:
    os.truncate(_file(scene), 2**30)  # sparse: the disk does not notice, a reader would


def _gigabyte_that_grows(scene: Scene) -> None:
    """A file of the largest size that is read, which is one string."""
    _file(scene).write_bytes(b'{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[{"source":"' + b"x" * 19_000_000)


def _million_cells(scene: Scene) -> None:
    cell = b'{"cell_type":"raw","metadata":{},"source":""}'
    _file(scene).write_bytes(
        b'{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[' + b",".join([cell] * 400_000) + b"]}"
    )


def _twins(notebook: NotebookNode) -> None:
    """Each answer twice, the wrong one last, and each graded cell twice."""
    for cell in list(notebook.cells):
        if cell.id in ("softmax-code", "softmax", "mix"):
            twin = copy.deepcopy(cell)
            twin.id = f"{cell.id}-twin"
            twin.source = WRONG if cell.id == "softmax-code" else "4.0"
            notebook.cells.insert(notebook.cells.index(cell) + 1, twin)


def _points(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if "points" in cell.metadata.get("nbgrader", {}):
            cell.metadata.nbgrader.points = 1000


def _deleted(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if cell.id not in ("softmax", "mix")]


def _other_kernel(notebook: NotebookNode) -> None:
    notebook.metadata.kernelspec = {"name": "../../bash", "display_name": "bash", "language": "bash"}
    notebook.metadata.language_info = {"name": "bash", "file_extension": "/../../x"}


def _solution_by_link(scene: Scene) -> None:
    _file(scene).unlink()
    _file(scene).symlink_to(scene.assignment.source)


def _folder_by_link(scene: Scene) -> None:
    remove(scene.place)
    scene.place.symlink_to(scene.submission_of("anna"))


def _pipe(scene: Scene) -> None:
    _file(scene).unlink()
    os.mkfifo(_file(scene))


def _socket(scene: Scene) -> None:
    _file(scene).unlink()
    here = os.open(scene.place, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(f"/proc/self/fd/{here}/chain.ipynb")  # the path itself may be too long for a socket's name
    os.close(here)


def _folder(scene: Scene) -> None:
    _file(scene).unlink()
    _file(scene).mkdir()


def _odd_json(scene: Scene) -> None:
    """Legal or nearly so: a byte order mark, twice the same key, NaN, halves of characters, an SVG attachment."""
    document = json.loads(_file(scene).read_bytes())
    svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>pwned@MARK@()</script></svg>"
    own = {"cell_type": "markdown", "id": "own", "metadata": {"collapsed": float("nan"), "x": 10**400}}
    document["cells"].append(own | {"source": ["half \ud800", "\0"], "attachments": {"a.svg": {"image/svg+xml": svg}}})
    text = json.dumps(document).replace('"nbformat": 4', '"nbformat": 3, "nbformat": 4')
    _file(scene).write_bytes(b"\xef\xbb\xbf" + text.encode())


def _version(scene: Scene) -> None:
    document = json.loads(_file(scene).read_bytes()) | {"nbformat": 3, "worksheets": [{"cells": []}]}
    _file(scene).write_text(json.dumps(document))


def _many_files(scene: Scene) -> None:
    for number in range(20_000):
        (scene.place / f"{number}.txt").touch()


def _odd_names(scene: Scene) -> None:
    for name in (b"\xff\xfe", b"\x1b[31m", b"a\nb", b"<script>", b"..x", b" ", "\u202eb".encode()):
        (scene.place / os.fsdecode(name)).touch()


def _date(text: str) -> Callable[[Scene], None]:
    def write(scene: Scene) -> None:
        (scene.place / "timestamp.txt").write_text(text)

    return write


def _date_by_link(scene: Scene) -> None:
    (scene.place / "timestamp.txt").symlink_to(scene.theatre.folder / "secret.txt")


def _odd_ids(scene: Scene) -> tuple[str, list[str]]:
    """Folders whose names are no ids, beside honest ones; and ids that only a command line can hold."""
    faults, odd = (
        [],
        ["Eve", "eve", "..eve", "-rf", "e ve", "e\nve", "e\x1b[2Jve", "é" * 64, "x" * 65, "eve;id", "$(id)"],
    )
    for name in odd:
        scene.hand_in(name, {})
    scene.hand_in("zoe", {})
    outcome = grade_class(scene.course, [scene.assignment], limits=LIMITS)
    found = {each.student: each for each in outcome.submissions}
    faults += [str(found[name]) for name in odd if found[name].status is not Status.REJECTED]
    faults += [f"honest zoe: {found['zoe']}"] if found["zoe"].status is not Status.GRADED else []
    for name in ("../anna", "anna/../zoe", "a\0b", "", ".", "..", "/etc", "zoe/chain"):
        try:
            faults.append(f"{name!r}: {grade_class(scene.course, [scene.assignment], student=name)}")
        except UsageError:
            continue
    made = {path.name for path in (scene.root / "autograded").iterdir()}
    return f"{len(odd)} rejected", faults + ([f"made: {made}"] if made != {"anna", "zoe"} else [])


def _rejected(name: str, does: str, write: Callable[[Scene], None], *says: str, seconds: float = 5.0) -> Case:
    return Case(id=name, does=does, must="R", write=write, scores={}, says=says, seconds=seconds)


CASES = (
    _rejected("intake-1", "an empty file", _holds(b""), "The notebook is an empty file."),
    _rejected("intake-1b", "half a notebook", _half, "The notebook is not valid JSON"),
    _rejected("intake-1c", "JSON that is no notebook", _holds(b"[1, 2]"), "JSON, but not a notebook"),
    _rejected("intake-1d", "bytes that are no text", _holds(bytes(range(256))), "not UTF-8 text"),
    _rejected("intake-2", "a notebook of 1 GB", _gigabyte, "larger than the 20 MB"),
    _rejected("intake-2b", "10,000 levels of nesting", _holds(b"[" * 10_000), "nested more than 100 levels deep"),
    _rejected("intake-2c", "hundreds of thousands of cells", _million_cells, "holds more than", seconds=10),
    _rejected("intake-2d", "19 MB in one string that never ends", _gigabyte_that_grows, "not valid JSON"),
    Case(
        id="intake-3",
        does="duplicated grade ids: answers and graded cells twice",
        must="R",
        edit=_twins,
        scores=LOST,
        says=("softmax-code",),
    ),
    Case(
        id="intake-4", does="points edited to 1000", must="N", cells={"softmax-code": WRONG}, edit=_points, scores=LOST
    ),
    Case(id="intake-5", does="graded cells deleted", must="N", edit=_deleted, says=("softmax",)),
    Case(id="intake-6", does="another kernel named in the metadata", must="N", edit=_other_kernel, says=("bash",)),
    Case(id="intake-7", does="student ids with ../, NUL, codes, names that differ in case", must="R", play=_odd_ids),
    _rejected("intake-8", "the notebook is a link to the solution", _solution_by_link, "is a link"),
    _rejected("intake-8b", "the folder is a link to another submission", _folder_by_link, "is a link"),
    _rejected("intake-9", "a pipe in place of the notebook", _pipe, "not a regular file"),
    _rejected("intake-9b", "a socket in place of the notebook", _socket, "chain.ipynb"),
    _rejected("intake-9c", "a folder in place of the notebook", _folder, "not a regular file"),
    Case(
        id="intake-10",
        does="a byte order mark, keys twice, NaN, half characters, an SVG attachment",
        must="N",
        write=_odd_json,
        says=("replaced by", "picture"),
    ),
    _rejected("intake-10b", "a notebook of an old format", _version, "format 3."),
    Case(id="intake-11", does="20,000 files beside the notebook", must="N", write=_many_files, says=("not used",)),
    Case(
        id="intake-11b",
        does="files with odd names beside the notebook",
        must="N",
        write=_odd_names,
        says=("not used",),
        never=("\x1b[31m", "\u202e"),
    ),
    _rejected("intake-12", "a date that is none", _date("yesterday\x1b[2J"), "holds no date", seconds=5),
    _rejected("intake-12b", "the date is a link to a secret", _date_by_link, "timestamp.txt is a link"),
    Case(id="intake-12c", does="a date in the year 9999", must="N", write=_date("9999-12-31 23:59:59 UTC")),
)
