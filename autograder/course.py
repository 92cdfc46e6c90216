"""Finds the assignments of a course on disk, and names their versions.

::

    <root>/nbgrader_config.py                     marks the root of a course
    <root>/source/<a>/<a>.ipynb                   the instructor's notebook
    <root>/release/<a>/<a>.ipynb                  what students get
    <root>/quizzes/<a>.toml                       a quiz for marks; its notebook in source/ is made from it
    <root>/autograder/assignments/<a>/test_<a>.py, misconceptions/, alternatives/    (here `_` stands for `-`)
    <root>/.autograder/                           secret, lock, reports: made at run time, git-ignored

There is no registry: an assignment exists when its folders do.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from autograder.errors import CourseError, UsageError

_MARK = "nbgrader_config.py"
#: What every notebook that is made for students says of its language.
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


@dataclass(frozen=True)
class Assignment:
    """One assignment's files; none is promised to exist until it is asked for."""

    course: Course
    name: str

    @property
    def source(self) -> Path:
        """The instructor's notebook."""
        return self.course.root / "source" / self.name / f"{self.name}.ipynb"

    @property
    def release(self) -> Path:
        """The students' notebook."""
        return self.course.root / "release" / self.name / f"{self.name}.ipynb"

    @property
    def quiz(self) -> Path:
        """The file of the quiz that the assignment is made from."""
        return self.course.root / "quizzes" / f"{self.name}.toml"

    @property
    def is_quiz(self) -> bool:
        """Whether it is a quiz for marks: read when it is graded, and not run."""
        return self.quiz.is_file()

    @property
    def folder(self) -> Path:
        """The folder with checks, misconceptions and alternatives."""
        return self.course.root / "autograder" / "assignments" / self.package

    @property
    def package(self) -> str:
        """What its checks are called in Python, where a name has no hyphens."""
        return self.name.replace("-", "_")

    @property
    def tests(self) -> Path:
        """The file with the checks."""
        return self.folder / f"test_{self.package}.py"

    @property
    def deciding(self) -> list[Path]:
        """The files that decide a grade: release, source, and the checks or the quiz."""
        return [self.release, self.source, *([self.quiz] if self.is_quiz else sorted(self.folder.rglob("*.py")))]

    @cached_property
    def version(self) -> str:
        """Content hash over all that decides a grade; 12 hexadecimal digits.

        Raises:
            CourseError: the release or the checks are missing.
        """
        digest = hashlib.sha256()
        for path in self.deciding:
            digest.update(path.name.encode() + b"\0" + read_course_file(path) + b"\0")
        return digest.hexdigest()[:12]

    @cached_property
    def key(self) -> bytes:
        """The key that secret inputs are drawn with: the course's secret, bound to this version (32 bytes).

        Raises:
            CourseError: the course's secret cannot be read, or the assignment is not complete.
        """
        return hmac.new(self.course.secret, self.version.encode(), hashlib.sha256).digest()


@dataclass(frozen=True)
class Course:
    """A course folder."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> Course:
        """The course that `start` lies in.

        Raises:
            UsageError: no folder above holds an nbgrader_config.py.
        """
        start = start.resolve()
        for folder in [start, *start.parents]:
            if (folder / _MARK).is_file():
                return cls(folder)
        raise UsageError(f"{start} lies in no course: none of its parent folders has an {_MARK}.")

    @property
    def assignments(self) -> list[Assignment]:
        """All assignments, by name."""
        return [
            Assignment(self, path.stem)
            for path in sorted(self.root.glob("source/*/*.ipynb"))
            if path.stem == path.parent.name
        ]

    @property
    def lessons(self) -> list[Assignment]:
        """The assignments that teach, by name: all but the quizzes."""
        return [assignment for assignment in self.assignments if not assignment.is_quiz]

    def assignment_folder(self, name: str) -> Path:
        """Where the assignment of that name has its source, or would have."""
        return self.root / "source" / name

    def assignment(self, name: str) -> Assignment:
        """The assignment of that name.

        Raises:
            UsageError: there is none; the sentence lists those there are.
        """
        for assignment in self.assignments:
            if assignment.name == name:
                return assignment
        known = ", ".join(assignment.name for assignment in self.assignments) or "none"
        raise UsageError(f"There is no assignment {name!r} in this course; there are: {known}.")

    @property
    def private(self) -> tuple[Path, ...]:
        """What student code must not even see."""
        names = (
            "source",
            "quizzes",
            "release",
            "submitted",
            "autograded",
            "feedback",
            "gradebook.db",
            ".autograder",
            ".git",
        )
        return (*(self.root / name for name in names), self.root / "autograder" / "assignments", self.root / _MARK)

    @property
    def state(self) -> Path:
        """The folder for run-time files, made on first use and closed to others."""
        folder = self.root / ".autograder"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    @cached_property
    def secret(self) -> bytes:
        """The key that secret test inputs are drawn with; made on first use, once per course, 32 bytes.

        Raises:
            CourseError: the file holds something else.
        """
        path = self.state / "secret"
        if not path.exists():
            _make_secret(path)
        try:
            key = bytes.fromhex(path.read_text().strip())
        except ValueError:
            key = b""
        if len(key) != 32:
            raise CourseError(f"{path} does not hold a key of 32 bytes; restore it, or delete it to draw new inputs.")
        return key

    def rotate_secret(self) -> Path:
        """Draws all inputs anew from now on: makes a new key, and gives the file that the old one is kept in.

        For the day on which the key may have become known. Grades that were given stay as they are, but grading
        the same submission again now meets other inputs. Who has to reproduce an older grade puts the kept file
        (`secret.<date and time in UTC>`) back in the place of `secret`. There is a key at every moment; whoever
        calls this holds the course's lock, so that no class is graded with both.
        """
        path = self.state / "secret"
        if not path.exists():
            _make_secret(path)
        kept = path.with_name(f"secret.{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
        os.link(path, kept)
        _draft(path).replace(path)
        vars(self).pop("secret", None)  # what was read before
        return kept


def _draft(path: Path) -> Path:
    """A new key, whole, in a file beside `path`."""
    draft = path.with_suffix(f".{secrets.token_hex(8)}")  # a thread of this process may be making one as well
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_hex(32))
    return draft


def _make_secret(path: Path) -> None:
    """Writes a new key whole, or leaves the one that another run has just made."""
    draft = _draft(path)
    try:
        os.link(draft, path)
    except FileExistsError:
        return  # another run was faster: its key is the one to use
    finally:
        draft.unlink()


def read_course_file(path: Path) -> bytes:
    """The bytes of a file that belongs to the course itself.

    Raises:
        CourseError: it is missing or unreadable.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise CourseError(
            f"{path} cannot be read ({error.strerror}); is the course complete, and was it released?"
        ) from None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in one step (and make its folder).

    Raises:
        OSError: it could not be written; what stood there before still stands.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
