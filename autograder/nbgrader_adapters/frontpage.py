"""The students' front page, `release/README.md`, made from the instructors' notebooks.

::

    source/<a>/<a>.ipynb   metadata.lesson: {"teaches", "minutes", "needs", "after"}   what only its author knows
                           nbgrader's cells                                            points, by machine and by hand
                           imports                                                     packages
                           the list below the heading "References"                     reading
    quizzes/<a>-pre.toml, <a>-post.toml                                                the quizzes, where they exist

A lesson without `metadata.lesson` stands at the end of the page under its name alone.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode

from autograder.course import Assignment, Course, write_whole
from autograder.errors import CourseError
from autograder.exercises import is_graded
from autograder.imports import imported_by
from autograder.misconceptions import reference_notebook

_TITLE = re.compile(r"^#\s+(.+)$", re.MULTILINE)
_REFERENCES = re.compile(r"^#+ References\s*\n(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)
_INTRODUCTION = """\
# Aandacht: the lessons

*Aandacht* is Dutch for *attention*. These lessons lead from a network that has to remember everything to one that
looks up what it needs. Each lesson is a notebook: open it in JupyterLab, run the cells from top to bottom, and write
what is missing. Visible tests tell you at once how you are doing. No lesson needs a GPU or a network. Some extra credit
is graded on a GPU: you write it without one, and where there is none when you are graded, those points wait, and nobody
loses them.

```
pip install jupyterlab {packages}
jupyter lab
```

`make lab` installs the versions that the lessons were tried with (`requirements.txt`) and opens them; `make check` runs
each lesson from top to bottom and shows which exercises pass their visible tests. On GitHub, each push does that, too.

Take them in this order; the times are for somebody who knows Python and a little PyTorch.
"""

_QUIZZES = """
Each quiz stands here twice. *Practise* answers every click in the page, as often as you like (`pip install
jupyterquiz`). *For marks* asks other questions, and is handed in like a lesson: before a lesson every answer earns its
points, right or wrong; after it, right ones do.
"""


@dataclass(frozen=True)
class Lesson:
    """What the page says about one lesson.

    Attributes:
        title: the notebook's first heading.
        teaches, needs: a sentence each; empty where the notebook does not say.
        minutes: from and to; empty where the notebook does not say.
        after: the lesson before it, or an empty string.
        challenge: graded cells for extra credit.
        reading: a Markdown list.
    """

    name: str
    title: str
    teaches: str
    needs: str
    minutes: tuple[int, ...]
    after: str
    packages: tuple[str, ...]
    machine: float
    by_hand: float
    challenge: tuple[str, ...]
    reading: str
    quizzes: tuple[str, ...]


def build_front_page(course: Course) -> Path:
    """Writes the page, whole or not at all, and gives its path; raises CourseError, see `front_page`."""
    path = course.root / "release" / "README.md"
    write_whole(path, front_page(course).encode())
    path.chmod(0o644)  # as all that goes to students
    return path


def check_front_page(course: Course) -> None:
    """Make sure that the committed page is what the sources give.

    Raises:
        CourseError: it is not.
    """
    path = course.root / "release" / "README.md"
    if not path.is_file() or path.read_text() != front_page(course):
        raise CourseError(f"{path} is not what source/ would give; to write it anew: autograder release.")


def front_page(course: Course) -> str:
    """The page's text.

    Raises:
        CourseError: a notebook cannot be read, or what it says about itself is no lesson.
    """
    lessons = in_order([read_lesson(assignment) for assignment in course.lessons])
    packages = sorted({package for lesson in lessons for package in lesson.packages})
    parts = [
        _INTRODUCTION.format(packages=" ".join(packages)),
        _table(lessons),
        _lecture(course),
        *map(_section, lessons),
    ]
    return "\n".join(filter(None, parts))


def read_lesson(assignment: Assignment) -> Lesson:
    """What an assignment's notebook says about itself; raises CourseError where it does so in another form."""
    notebook = reference_notebook(assignment)
    said = _said(notebook, assignment)
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    title, reading = _TITLE.search(text), _REFERENCES.search(text)
    return Lesson(
        name=assignment.name,
        title=title.group(1).strip() if title else assignment.name,
        teaches=said["teaches"],
        needs=said["needs"],
        minutes=tuple(said["minutes"]),
        after=said["after"],
        packages=tuple(sorted({*_packages(notebook), *said["packages"]})),
        machine=sum(_points(cell) for cell in notebook.cells if is_graded(cell)),
        by_hand=sum(_points(cell) for cell in notebook.cells if not is_graded(cell)),
        challenge=tuple(
            cell.metadata.nbgrader.grade_id for cell in notebook.cells if is_graded(cell) and not _points(cell)
        ),
        reading=reading.group(1).strip() if reading else "",
        quizzes=_quizzes(assignment.course, assignment.name),
    )


def _quizzes(course: Course, lesson: str) -> tuple[str, ...]:
    """Which of a lesson's quizzes there are: before it, after it."""
    return tuple(when for when in ("pre", "post") if Assignment(course, f"{lesson}-{when}").is_quiz)


def _said(notebook: NotebookNode, assignment: Assignment) -> dict[str, Any]:
    unsaid: dict[str, Any] = {"teaches": "", "needs": "", "minutes": [], "after": "", "packages": []}
    said: dict[str, Any] = unsaid | notebook.metadata.get("lesson", {})
    fits = said.keys() == unsaid.keys() and all(isinstance(said[key], str) for key in ("teaches", "needs", "after"))
    fits = fits and isinstance(said["packages"], list) and all(isinstance(name, str) for name in said["packages"])
    minutes = said["minutes"]
    fits = fits and isinstance(minutes, list) and len(minutes) in (0, 2) and all(isinstance(m, int) for m in minutes)
    if not fits:
        raise CourseError(
            f'{assignment.source}: metadata.lesson is {{"teaches": text, "needs": text, "after": the lesson before '
            f'or "", "minutes": [from, to], "packages": [what it imports only where asked to]}}, and nothing else.'
        )
    return said


def _packages(notebook: NotebookNode) -> tuple[str, ...]:
    packages = {name.partition(".")[0] for name in imported_by(notebook.cells)}
    return tuple(sorted(packages - set(sys.stdlib_module_names)))


def _points(cell: NotebookNode) -> float:
    settings = cell.metadata.get("nbgrader", {})
    return float(settings.get("points", 0.0)) if settings.get("grade") or settings.get("task") else 0.0


def in_order(lessons: list[Lesson]) -> list[Lesson]:
    """Each lesson behind the one it says it comes after; what has no place yet stands at the end, by name."""
    ordered: list[Lesson] = []
    left = sorted(lessons, key=lambda lesson: (not lesson.teaches, lesson.name))
    while left:
        placed = {lesson.name for lesson in ordered}
        following = next((lesson for lesson in left if lesson.after in placed or not lesson.after), left[0])
        ordered.append(following)
        left.remove(following)
    return ordered


def _table(lessons: list[Lesson]) -> str:
    rows = [
        f"| {number} | [{lesson.name}]({_link(lesson)}) | {lesson.teaches} | {_time(lesson)} | {_worth(lesson)} |"
        for number, lesson in enumerate(lessons, 1)
    ]
    return "\n".join(["| | lesson | what you learn | time | points |", "|---|---|---|---|---|", *rows, ""])


def _section(lesson: Lesson) -> str:
    lines = [f"## {lesson.title}", "", _path(lesson), ""]
    if lesson.needs:
        lines += [f"**Before you start**: {lesson.needs}", ""]
    if lesson.reading:
        lines += ["**Reading**", "", lesson.reading, ""]
    return "\n".join(lines)


def _path(lesson: Lesson) -> str:
    """From quiz to reading: quiz → lesson → challenge → quiz → reading, as far as there is one of each."""
    before, after = (_quiz(lesson.name, when) if when in lesson.quizzes else "" for when in ("pre", "post"))
    steps = [before, f"[lesson]({_link(lesson)})"]
    steps += [f"challenge: `{name}`" for name in lesson.challenge]
    steps += [after, "reading" if lesson.reading else ""]
    return "**The path**: " + " → ".join(filter(None, steps))


def _quiz(lesson: str, when: str) -> str:
    """Both notebooks of a quiz: to practise, and for marks."""
    name, word = f"{lesson}-{when}", {"pre": "before", "post": "after"}[when]
    return f"quiz {word} ([practise](practice/{name}.ipynb), [for marks]({name}/{name}.ipynb))"


def _lecture(course: Course) -> str:
    found = _quizzes(course, "lecture")
    if not found:
        return ""
    return f"**The lecture as a whole**: {', '.join(_quiz('lecture', when) for when in found)}.\n{_QUIZZES}"


def _link(lesson: Lesson) -> str:
    return f"{lesson.name}/{lesson.name}.ipynb"


def _time(lesson: Lesson) -> str:
    return f"{lesson.minutes[0]}–{lesson.minutes[1]} minutes" if lesson.minutes else ""


def _worth(lesson: Lesson) -> str:
    words = [f"{lesson.machine:g} by machine"] * bool(lesson.machine) + [f"{lesson.by_hand:g} by hand"] * bool(
        lesson.by_hand
    )
    return " + ".join(words) + (", and extra credit" if lesson.challenge else "")
