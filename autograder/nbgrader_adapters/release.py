"""Builds what students get from what instructors write, or refuses.

::

    source/<a>/ ──copy──> scratch/source/<a>/ ──nbgrader's GenerateAssignment──> scratch/release/<a>/
                                                 (its preprocessors and ours)          │
    release/<a>/ <──one rename─────────────────────────────────────────── leak gate ───┘

nbgrader works in a scratch folder and without a gradebook, so that a build touches nothing but release/ (the
gradebook learns an assignment's cells from `nbgrader generate_assignment`, or when it is first graded). The bytes
are nbgrader's own: `nbgrader generate_assignment` with `release_config` passes the same gate and writes the same.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbgrader import preprocessors as stock
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.nbgrader_adapters.canonical import Canonical, ClearSolutionRegions, LeakGate, Stamp, check_source
from autograder.nbgrader_adapters.leakgate import find_folder_leaks, find_leaks, is_quiz, read_source, refuse
from autograder.nbgrader_adapters.swap import recover, swap_in
from autograder.quiz.assignment import check_assignment

CODE_STUB = '# Your code here.\nraise NotImplementedError("This one is still yours to write.")'
TEXT_STUB = "*Your answer here.*"

#: Ours stand where their order is meaning: `Canonical` and the clearing of secret regions before the gradebook
#: learns the cells (what it knows is put back into every submission), the stamp behind all that changes content.
_PREPROCESSORS = [
    stock.IncludeHeaderFooter,
    stock.InstantiateTests,
    stock.LockCells,
    ClearSolutionRegions,
    stock.ClearOutput,
    stock.ClearHiddenTests,
    stock.ClearMarkScheme,
    stock.CheckCellMetadata,
    Canonical,
    stock.ComputeChecksums,
    stock.SaveCells,
    stock.CheckCellMetadata,
    Stamp,
    LeakGate,
]


@dataclass(frozen=True, slots=True)
class ReleaseBuilt:
    """What a build did.

    Attributes:
        folder: the release's folder.
        release: the hash that names its content.
        files: what is in it, relative to the folder.
        changed: whether it differs from what was there before.
    """

    assignment: str
    folder: Path
    release: str
    files: tuple[str, ...]
    changed: bool


def release_config() -> Config:
    """The settings of nbgrader that decide about a release: for nbgrader_config.py and for `build_release` alike."""
    config = Config()
    config.GenerateAssignment.preprocessors = list(_PREPROCESSORS)
    config.ClearSolutions.code_stub = {"python": CODE_STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
    return config


def build_release(course: Course, assignment: Assignment) -> ReleaseBuilt:
    """Build the release of an assignment and put it in place of the old one, all of it at once.

    Args:
        course: where the release goes.
        assignment: what is built.

    Raises:
        CourseError: the instructor's notebook has a fault.
        LeakError: the release would give something away; the old one stays.
    """
    target = course.root / "release" / assignment.name
    recover(target)
    with _built(assignment) as folder:
        contents = _contents(folder)
        changed = contents != _contents(target)
        if changed:
            swap_in(folder, target)
    mark = read_source(target / f"{assignment.name}.ipynb").metadata.aandacht
    return ReleaseBuilt(assignment.name, target, mark.release, tuple(contents), changed)


def check_release(course: Course, assignment: Assignment) -> None:
    """Make sure that the committed release is what a fresh build gives, byte for byte.

    Args:
        course: where the release is.
        assignment: what is checked.

    Raises:
        CourseError: it is not, or the instructor's notebook has a fault; the sentences name files and cells.
        LeakError: a fresh build would give something away.
    """
    target = course.root / "release" / assignment.name
    with _built(assignment) as folder:
        differences = _differences(folder, target)
    if differences:
        advice = f"If that is meant to go to students: autograder release {assignment.name}."
        raise CourseError("\n".join([*differences, *_committed_leaks(assignment, target), advice]))


def _committed_leaks(assignment: Assignment, target: Path) -> list[str]:
    notebook = target / f"{assignment.name}.ipynb"
    source = read_source(assignment.source)
    leaks = find_folder_leaks(source, target, assignment.name) if target.is_dir() else []
    with suppress(ValueError, KeyError, AttributeError, OSError):  # what is no notebook has been told already
        leaks += find_leaks(source, read_source(notebook), f"{assignment.name}/{notebook.name}")
    return [str(leak) for leak in leaks]


@contextmanager
def _built(assignment: Assignment) -> Iterator[Path]:
    """A fresh build in a scratch folder, through the gate."""
    name = assignment.name
    check_source(assignment.source)
    source = read_source(assignment.source)
    if is_quiz(source) or assignment.is_quiz:
        check_assignment(assignment)
    refuse(find_folder_leaks(source, assignment.source.parent, name))
    with tempfile.TemporaryDirectory(prefix="release-") as scratch:
        root = Path(scratch).resolve()
        _copy(assignment.source.parent, root / "source" / name, name)
        _generate(root, name)
        folder = root / "release" / name
        released = read_source(folder / f"{name}.ipynb")
        refuse([*find_leaks(source, released, f"{name}/{name}.ipynb"), *find_folder_leaks(source, folder, name)])
        yield folder


def _copy(source: Path, target: Path, name: str) -> None:
    for path in [source / f"{name}.ipynb", *source.glob("figures/*.svg")]:
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _generate(root: Path, name: str) -> None:
    """Run nbgrader's converter, without a gradebook, and without our gate: that looks at what was written."""
    config = release_config()
    config.GenerateAssignment.no_database = True
    config.GenerateAssignment.preprocessors = [pp for pp in _PREPROCESSORS if pp not in (stock.SaveCells, LeakGate)]
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.assignment_id = name
    log, said = _listener()
    courses = CourseDirectory(config=config, log=log)
    try:
        GenerateAssignment(coursedir=courses, config=config, log=log).start()
    except NbGraderException:
        reason = next((line for line in reversed(said) if line), "no reason given")
        raise CourseError(f"nbgrader cannot build the release of {name}: {reason}") from None


def _listener() -> tuple[logging.Logger, list[str]]:
    """A logger of our own, and the last line of each traceback that goes into it.

    nbgrader logs why a conversion failed, and then raises an error that says "see the above traceback".
    """
    said: list[str] = []
    log = logging.Logger("release")  # outside the tree of loggers: nobody else should hear it
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: _note(said, record.getMessage())  # type: ignore[method-assign]
    log.addHandler(handler)
    return log, said


def _note(said: list[str], message: str) -> None:
    if message.startswith("Traceback"):
        said.append(message.strip().rsplit("\n", maxsplit=1)[-1])


def _contents(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"" for path in paths}


def _differences(fresh: Path, target: Path) -> list[str]:
    old, new = _contents(target), _contents(fresh)
    shown = f"release/{target.name}"
    sentences = [f"{shown}/{file} is missing." for file in new if file not in old]
    sentences += [f"{shown}/{file} should not be there." for file in old if file not in new]
    for file in new:
        if file in old and old[file] != new[file]:
            cells = _changed_cells(target / file, fresh / file) if file.endswith(".ipynb") else ""
            sentences.append(f"{shown}/{file} is not what the source makes{cells}.")
    return sentences


def _changed_cells(old: Path, new: Path) -> str:
    try:
        before, after = _by_id(read_source(old)), _by_id(read_source(new))
    except (ValueError, KeyError, AttributeError) as error:
        return f" (it cannot be read: {error})"
    changed = [name for name in {**after, **before} if before.get(name) != after.get(name)]
    return f" (cells: {', '.join(changed)})" if changed else " (its metadata or its layout)"


def _by_id(notebook: NotebookNode) -> dict[str, NotebookNode]:
    return {cell.id: cell for cell in notebook.cells}
