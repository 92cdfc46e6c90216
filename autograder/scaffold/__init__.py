"""Lays out a new assignment: small, whole, and already proved, so that its author starts from something that works.

::

    templates/lesson.ipynb       → source/<a>/<a>.ipynb
    templates/checks.py          → autograder/assignments/<a>/test_<a>.py
    templates/misconception.py   → autograder/assignments/<a>/misconceptions/cosine_not_divided.py
    templates/alternative.py     → autograder/assignments/<a>/alternatives/cosine_torch.py
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from autograder.course import Assignment, Course
from autograder.errors import UsageError

_TEMPLATES = Path(__file__).parent / "templates"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_MOST = 40  # characters of a name


def new_assignment(course: Course, name: str) -> list[Path]:
    """Makes the assignment's two folders, and gives the files in them.

    Raises:
        UsageError: it is no name for an assignment, or there are files of that name; nothing was written.
    """
    if not _NAME.fullmatch(name) or len(name) > _MOST:
        raise UsageError(
            f"{name!r} cannot name an assignment: small letters, digits and single hyphens between them, a letter "
            f"first, at most {_MOST} characters (for example 'beam-search')."
        )
    assignment = Assignment(course, name)
    folders = [assignment.source.parent, assignment.folder]
    for folder in folders:
        if folder.exists():
            raise UsageError(f"{folder} exists already; choose another name, or remove it first.")
    _put_in_place(_contents(assignment))
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())


def _contents(assignment: Assignment) -> dict[Path, dict[str, str]]:
    """What goes into each new folder: texts by their path in it."""
    checks = {
        f"test_{assignment.package}.py": _filled("checks.py", assignment),
        "misconceptions/cosine_not_divided.py": _filled("misconception.py", assignment),
        "alternatives/cosine_torch.py": _filled("alternative.py", assignment),
    }
    lesson = {f"{assignment.name}.ipynb": _filled("lesson.ipynb", assignment)}
    return {assignment.folder: checks, assignment.source.parent: lesson}


def _filled(template: str, assignment: Assignment) -> str:
    text = (_TEMPLATES / template).read_text()
    return text.replace("@name@", assignment.name).replace("@title@", assignment.name.replace("-", " ").capitalize())


def _put_in_place(contents: dict[Path, dict[str, str]]) -> None:
    """Each folder whole, by one rename; the notebook's comes last, since with it the assignment exists."""
    done: list[Path] = []
    try:
        for folder, texts in contents.items():
            _put_folder(folder, texts)
            done.append(folder)
    except BaseException:
        for folder in done:
            shutil.rmtree(folder)
        raise


def _put_folder(folder: Path, texts: dict[str, str]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as aside:
        fresh = Path(aside) / folder.name
        for name, text in texts.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        fresh.rename(folder)
