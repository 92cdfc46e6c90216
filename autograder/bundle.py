"""An assignment as one parcel: what a worker needs to grade it, on a machine that has no course.

::

    nbgrader_config.py                    empty; marks the root of a course
    source/<a>/<a>.ipynb  release/<a>/<a>.ipynb
    autograder/assignments/<a>/**.py      checks, oracles, misconceptions, alternatives

Nothing else of the course is in it: no secret, no gradebook, no student's work. The parcel is made the same, byte for
byte, wherever it is made; a worker unpacks it once, where student code cannot look, and believes it only when what was
unpacked has the version that was asked for.
"""

from __future__ import annotations

import atexit
import io
import zipfile
from contextlib import ExitStack

from autograder.course import Assignment, Course, read_course_file
from autograder.errors import CourseError
from autograder.sandbox.folder import temporary_folder

_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip file knows
_folders = ExitStack()
_unpacked: dict[tuple[str, str], Assignment] = {}

atexit.register(_folders.close)


def pack(assignment: Assignment) -> bytes:
    """The parcel of an assignment.

    Raises:
        CourseError: it has no release or no checks.
    """
    root = assignment.course.root
    found = {path.relative_to(root).as_posix(): path for path in assignment.deciding}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parcel:
        parcel.writestr(zipfile.ZipInfo("nbgrader_config.py", _DATE), b"")
        for name, path in sorted(found.items()):
            parcel.writestr(zipfile.ZipInfo(name, _DATE), read_course_file(path), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def unpack(parcel: bytes, name: str, version: str) -> Assignment:
    """The assignment in a parcel; unpacked once in this process.

    Raises:
        CourseError: what was unpacked is not the assignment of that version.
    """
    if (name, version) not in _unpacked:
        root = _folders.enter_context(temporary_folder()) / "course"
        with zipfile.ZipFile(io.BytesIO(parcel)) as files:
            files.extractall(root)
        _unpacked[name, version] = _verified(Assignment(Course(root), name), version)
    return _unpacked[name, version]


def _verified(assignment: Assignment, version: str) -> Assignment:
    if assignment.version != version:
        raise CourseError(
            f"The parcel of {assignment.name} does not hold version {version} but {assignment.version}; grade again."
        )
    return assignment
