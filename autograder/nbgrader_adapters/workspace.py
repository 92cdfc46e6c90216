"""Where nbgrader works: on clean copies, and never in a student's graded folder.

::

    <root>/.autograder/work/<run>/
      lock                               held for as long as the run lives
      submitted/<student>/<assignment>/  what intake let through: the notebook, its date, the exchange's receipt
      autograded/<student>/<assignment>/ what nbgrader makes of it
      earlier/<student>/<assignment>/    the graded folder that is being replaced, for an instant

nbgrader copies every file of a submission through symlinks, removes the old graded folder before it begins
and the new one when something fails. Here it may: a finished folder is moved to `autograded/` in one step.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import stat
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path

from autograder.course import Course
from autograder.intake.files import RawSubmission

_SECRET = re.compile(rb"[0-9a-f]{1,256}\s*")


class Workspace:
    """The folder of one run; it goes with the object, and a later run sweeps up after one that was killed.

    Args:
        course: whose `.autograder` folder to work in.
    """

    def __init__(self, course: Course) -> None:
        work = course.state / "work"
        work.mkdir(exist_ok=True)
        _sweep(course, work)
        self.course = course
        self.folder = Path(tempfile.mkdtemp(dir=work))
        self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for name in ("submitted", "autograded", "earlier"):
            (self.folder / name).mkdir()
        self.close = weakref.finalize(self, _remove, self.folder, self._lock)

    def step(self, name: str) -> str:
        """A folder of this workspace as nbgrader names its steps: relative to the course."""
        return (self.folder / name).relative_to(self.course.root).as_posix()

    def stage(self, raw: RawSubmission, receipt: bytes | None) -> Path:
        """Copy what nbgrader may see of a submission; returns the folder."""
        folder = self.folder / "submitted" / raw.student / raw.assignment
        folder.mkdir(parents=True)
        (folder / f"{raw.assignment}.ipynb").write_bytes(raw.notebook)
        if raw.timestamp is not None:
            (folder / "timestamp.txt").write_text(f"{raw.timestamp.isoformat(' ')} UTC")
        if receipt is not None:
            (folder / "submission_secret.txt").write_bytes(receipt)
        return folder

    def commit(self, student: str, assignment: str, final: Path) -> None:
        """Move a finished graded folder to its place.

        Raises:
            OSError: it could not be moved; the earlier folder is back in its place.
        """
        place = Path(student, assignment)
        new, earlier = self.folder / "autograded" / place, self.folder / "earlier" / place
        final.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(final):
            earlier.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(final, earlier)
        try:
            shutil.move(new, final)
        except OSError:
            _put_back(earlier, final)
            raise
        shutil.rmtree(earlier, ignore_errors=True)


def read_receipt(submission: Path) -> bytes | None:
    """The secret by which nbgrader's exchange returns feedback, if a submission has a real one (hexadecimal digits).

    The digits are checked because the file comes back to the student: a link to anything else would too.
    """
    try:
        handle = os.open(submission / "submission_secret.txt", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        data = file.read(1000) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
    return data if _SECRET.fullmatch(data) else None


def _sweep(course: Course, work: Path) -> None:
    """Remove what killed runs left behind; a graded folder that was about to be replaced goes back."""
    for folder in work.iterdir():
        with suppress(OSError):
            lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(lock)
                continue
            for earlier in folder.glob("earlier/*/*"):
                _put_back(earlier, course.root / "autograded" / earlier.parent.name / earlier.name)
            _remove(folder, lock)


def _put_back(earlier: Path, final: Path) -> None:
    if earlier.exists() and not os.path.lexists(final):
        shutil.move(earlier, final)


def _remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        os.close(lock)
