"""Reads what a student handed in, without trusting a single name, link or size in it.

::

    submitted/                      opened as the instructor set it up
      <student>/                    a real folder, named by a strict rule
        <assignment>/               a real folder
          <assignment>.ipynb        a regular file of at most 20 MB: read once, as bytes
          timestamp.txt             a regular file of at most 1 kB: when it was handed in
          anything else             mentioned, never opened and never copied

Every step below `submitted/` is opened relative to the folder above it and without following links.
One folder handle serves both files, so that a resubmission is read as the old one or the new one.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.errors import RejectedSubmission
from autograder.intake.timestamps import parse_timestamp

#: The largest notebook that is read, in bytes.
MAX_NOTEBOOK = 20 * 1000 * 1000
_MAX_TIMESTAMP = 1000
_MAX_LISTED = 1000
_MAX_NAMED = 8

_STUDENT = re.compile(r"[A-Za-z0-9_@+][A-Za-z0-9._@+-]{0,63}")
_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_OPEN_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC

#: Written beside a notebook by Jupyter, by nbgrader or by the release itself: not worth a word.
_EXPECTED = {"timestamp.txt", "submission_secret.txt", ".ipynb_checkpoints", "figures"}


@dataclass(frozen=True, slots=True)
class RawSubmission:
    """What was read of one submission.

    Attributes:
        notebook: the bytes of the notebook file.
        timestamp: when it was handed in, UTC without a zone as nbgrader keeps it; None when nobody says.
        notices: what the student should know, one sentence each.
    """

    student: str
    assignment: str
    notebook: bytes
    timestamp: datetime | None = None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Roster:
    """The folders of `submitted/`: those that name a student, and why the others do not."""

    students: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = ()


def printable(name: str, limit: int = 60) -> str:
    """A foreign name in a form that is safe and short enough to stand in a sentence."""
    shown = name.encode("ascii", "backslashreplace").decode("ascii")
    shown = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in shown)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def check_student_id(student: str) -> None:
    """Refuse an id that could mean anything but one folder below `submitted/`.

    Raises:
        RejectedSubmission: it breaks the rule, which the sentence states.
    """
    if not _STUDENT.fullmatch(student):
        raise RejectedSubmission(
            f"“{printable(student)}” is not a student id: 1 to 64 of the letters a–z, digits and . _ @ + - "
            "are allowed, and the first may be neither . nor -."
        )


def sort_students(names: Iterable[str]) -> Roster:
    """Tell the student ids among `names` from those to be refused (odd names, and names that differ only in case)."""
    names = sorted(names)
    twins: dict[str, list[str]] = {}
    for name in names:
        twins.setdefault(name.casefold(), []).append(name)
    refused = {name: sentence for name in names if (sentence := _refusal(name, twins[name.casefold()]))}
    return Roster(tuple(name for name in names if name not in refused), tuple(refused.items()))


def _refusal(name: str, twins: list[str]) -> str:
    try:
        check_student_id(name)
    except RejectedSubmission as error:
        return str(error)
    if len(twins) == 1:
        return ""
    both = " and ".join(f"“{printable(twin)}”" for twin in twins)
    return f"The student ids {both} differ only in case, so their work could be mixed up; rename one of the folders."


def find_students(submitted: Path) -> Roster:
    """All students with a folder in `submitted/` (an empty roster when there is no such folder)."""
    try:
        with os.scandir(submitted) as entries:
            return sort_students(entry.name for entry in entries if entry.is_dir() or entry.is_symlink())
    except FileNotFoundError:
        return Roster(())


def read_submission(
    submitted: Path, student: str, assignment: str, limit: int = MAX_NOTEBOOK, roster: Roster | None = None
) -> RawSubmission:
    """Read one submission below the folder `submitted`.

    Args:
        submitted: the folder that holds a folder for each student.
        student: an id; it is checked before it becomes part of a path.
        assignment: the name of the assignment, which is also the notebook's.
        limit: the largest notebook that is read, in bytes.
        roster: who is in `submitted`, where that is known: looking through a large class for each of its students
            takes longer than all the rest.

    Raises:
        RejectedSubmission: with every fault found, one sentence each.
    """
    check_student_id(student)
    roster = roster or find_students(submitted)
    if twin := dict(roster.refused).get(student):
        raise RejectedSubmission(twin)
    with _folder(submitted, student, assignment) as folder:
        return _read_folder(folder, student, assignment, limit)


def _read_folder(folder: int, student: str, assignment: str, limit: int) -> RawSubmission:
    faults: list[str] = []
    notebook, timestamp = b"", None
    try:
        notebook = _read_notebook(folder, f"{assignment}.ipynb", limit)
    except RejectedSubmission as error:
        faults += error.faults
    try:
        timestamp = _read_timestamp(folder)
    except RejectedSubmission as error:
        faults += error.faults
    if faults:
        raise RejectedSubmission(*faults)
    return RawSubmission(student, assignment, notebook, timestamp, _mention_extras(folder, assignment))


@contextmanager
def _folder(submitted: Path, *names: str) -> Iterator[int]:
    try:
        handle = os.open(submitted, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise RejectedSubmission(f"The folder {submitted} cannot be opened ({error.strerror}).") from None
    try:
        for depth, name in enumerate(names, start=1):
            above, handle = handle, _open(name, _OPEN_FOLDER, handle, "/".join(names[:depth]))
            os.close(above)
        yield handle
    finally:
        os.close(handle)


def _open(name: str, flags: int, folder: int, shown: str) -> int:
    try:
        return os.open(name, flags, dir_fd=folder)
    except FileNotFoundError:
        raise RejectedSubmission(f"There is no {printable(shown)} in this submission.") from None
    except (OSError, ValueError) as error:
        if _is_link(name, folder):
            raise RejectedSubmission(f"{printable(shown)} is a link; a submission holds real files only.") from None
        raise RejectedSubmission(_unreadable(shown, error)) from None


def _unreadable(shown: str, error: OSError | ValueError) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENOTDIR:
        return f"{printable(shown)} should be a folder and is not."
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return f"{printable(shown)} cannot be opened ({reason})."


def _is_link(name: str, folder: int) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except (OSError, ValueError):
        return False


def _read_regular(folder: int, name: str, limit: int) -> bytes:
    handle = _open(name, _OPEN_FILE, folder, name)
    try:
        return _read_handle(handle, name, limit)
    finally:
        os.close(handle)


def _read_handle(handle: int, name: str, limit: int) -> bytes:
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        raise RejectedSubmission(f"{printable(name)} is not a regular file.")
    with open(handle, "rb", closefd=False) as file:
        data = file.read(limit + 1)  # read and then judged: the file may grow after any look at its size
    if len(data) > limit:
        raise RejectedSubmission(f"{printable(name)} is larger than the {_size(limit)} that are read.")
    return data


def _size(limit: int) -> str:
    return f"{limit / 1e6:g} MB" if limit >= 1e6 else f"{limit / 1e3:g} kB"


def read_notebook_file(path: Path, limit: int = MAX_NOTEBOOK) -> bytes:
    """The bytes of a notebook that the user of the command line named (a link is followed: it is their own).

    Raises:
        RejectedSubmission: it is missing, unreadable, too large or no regular file.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise RejectedSubmission(f"There is no file {printable(str(path), 200)}.") from None
    except (OSError, ValueError) as error:
        raise RejectedSubmission(_unreadable(str(path), error)) from None
    try:
        return _read_handle(handle, path.name, limit)
    finally:
        os.close(handle)


def _read_notebook(folder: int, name: str, limit: int) -> bytes:
    others = [entry for entry in _listing(folder) if entry.endswith(".ipynb")]
    if others and not _exists(name, folder):
        raise RejectedSubmission(f"The notebook must be called {name}; this submission holds {_join(others)} instead.")
    return _read_regular(folder, name, limit)


def _exists(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _listing(folder: int) -> list[str]:
    """The names in a folder, at most a thousand of them: a folder of a million files must cost nothing."""
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry, _ in zip(entries, range(_MAX_LISTED), strict=False))


def _join(names: list[str]) -> str:
    shown = ", ".join(printable(name) for name in names[:_MAX_NAMED])
    return shown if len(names) <= _MAX_NAMED else f"{shown} and more"


def _mention_extras(folder: int, assignment: str) -> tuple[str, ...]:
    extras = [name for name in _listing(folder) if name not in _EXPECTED | {f"{assignment}.ipynb"}]
    links = [name for name in extras if _is_link(name, folder)]
    files = [name for name in extras if name not in links]
    sentences = []
    if files:
        sentences.append(f"Only the notebook is graded; not used: {_join(files)}.")
    if links:
        sentences.append(f"Links are not followed: {_join(links)}.")
    return tuple(sentences)


def _read_timestamp(folder: int) -> datetime | None:
    if not _exists("timestamp.txt", folder):
        return None
    text = _read_regular(folder, "timestamp.txt", _MAX_TIMESTAMP).decode("utf-8", "replace").strip()
    try:
        return parse_timestamp(text) if text else None
    except (ValueError, OverflowError, TypeError):
        raise RejectedSubmission(f"timestamp.txt holds no date that can be read (“{printable(text)}”).") from None
