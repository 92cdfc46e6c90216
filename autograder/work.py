"""One submission as a piece of work that any worker can do, in another process or on another machine.

::

    grader ──(parcel of the assignment, Work)──→ worker: do() ──(Done)──→ grader

What goes out is one sanitised notebook and what decides its grade; the course's secret is not in it, only the key that
was derived from it for this version of this assignment. What comes back is our own report and the notebook as text:
nothing that student code wrote is unpickled anywhere.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import socket
import sys
import time
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from autograder import __version__
from autograder.bundle import unpack
from autograder.errors import AutograderError
from autograder.sandbox.limits import Limits

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.sandbox.process import Launcher

_ROOMS = ("bridge", "checks", "executors", "intake", "sandbox")  # and what lies beside them: all that a verdict passes


class UnfitWorker(AutograderError):
    """A worker that must not be used.

    Args:
        where: the machine and process.
        why: a sentence.
    """

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where} cannot be used: {why}")
        self.where, self.why = where, why


@dataclass(frozen=True)
class Work:
    """One submission to be graded.

    Attributes:
        assignment: its name; version: of the assignment that it is graded with.
        key: what secret inputs are drawn with.
        notebook: sanitised, as JSON.
        device: "cpu", "cuda", or "impostor" (see `autograder.grade`).
        unsafe: without a lock.
        modules: what notebooks of the course import, kept warm by the worker.
        hidden: places on the grader's machine that student code must not see, wherever it runs.
        earlier: an earlier report on this very notebook, of which only what waits for a GPU is to be graded.
    """

    assignment: str
    version: str
    key: bytes
    notebook: bytes
    device: str = "cpu"
    limits: Limits = field(default_factory=Limits)
    unsafe: bool = False
    modules: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    earlier: dict[str, Any] | None = None

    @cached_property
    def content(self) -> str:
        """A hash over all that decides what comes of it; the same content need not be graded twice."""
        deciding = [self.assignment, self.version, self.device, self.limits, self.unsafe, self.earlier]
        versions = [code(), surroundings()]
        digest = hashlib.sha256(repr(deciding + versions).encode() + b"\0" + hashlib.sha256(self.key).digest())
        digest.update(self.notebook)
        return digest.hexdigest()


@dataclass(frozen=True)
class Done:
    """What came of it.

    Attributes:
        report: as `Report.to_json` gives it, without what intake had to say.
        notebook: as executed, as JSON.
        seconds: wall-clock time that it took there.
    """

    report: dict[str, Any]
    notebook: bytes
    seconds: float = 0.0


def do(parcel: bytes, work: Work) -> Done:
    """Grades one submission; runs in a worker.

    Raises:
        UnfitWorker: this one cannot lock student code in.
        CourseError, KernelError: nothing is wrong with the submission.
    """
    from autograder.grade import grade_notebook  # brings torch along, which who only sends work out does not need
    from autograder.model import Report

    launcher, assignment = make_ready(parcel, work)
    started = time.monotonic()  # what the first submission finds unprepared is no fault of its own
    notebook = nbformat.from_dict(json.loads(work.notebook))  # type: ignore[no-untyped-call]
    graded = grade_notebook(
        notebook,
        assignment,
        device=work.device,
        limits=work.limits,
        launcher=launcher,
        earlier=Report.from_json(work.earlier) if work.earlier else None,
        key=work.key,
    )
    return Done(graded.report.to_json(), as_json(graded.notebook), round(time.monotonic() - started, 3))


def prepare(parcel: bytes, work: Work) -> None:
    """Has a worker make ready for such work; raises as `do` does."""
    make_ready(parcel, work)


def make_ready(parcel: bytes, work: Work) -> tuple[Launcher, Assignment]:
    """What this process grades such work with; the first time it tries its lock out, and unpacks the parcel.

    Raises:
        UnfitWorker: its lock does not hold.
        CourseError: the parcel is not what was asked for.
    """
    from autograder.launchers import use
    from autograder.sandbox.warm import LockRefused

    assignment = unpack(parcel, work.assignment, work.version)
    hidden = (*map(Path, work.hidden), *assignment.course.private)
    try:
        return use(work.modules, hidden, unsafe=work.unsafe), assignment
    except LockRefused as error:
        raise UnfitWorker(socket.gethostname(), str(error)) from None


def device_here(asked: str) -> str:
    """The device that this machine grades on; raises UsageError for one that is not to be had."""
    from autograder.grade import resolve_device

    return resolve_device(asked)


def as_json(notebook: Any) -> bytes:
    """A notebook as it travels."""
    return json.dumps(notebook, sort_keys=True).encode()


@cache
def code() -> str:
    """The version of this package, and a hash over its code: two workers with the same grade alike."""
    root = Path(__file__).parent
    files = sorted([*root.glob("*.py"), *(path for room in _ROOMS for path in root.glob(f"{room}/*.py"))])
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{__version__}+{digest.hexdigest()[:8]}"


@cache
def surroundings() -> str:
    """What student code runs on, as far as its results are known to depend on it; torch without its build (+cpu)."""
    try:
        torch = importlib.metadata.version("torch").partition("+")[0]
    except importlib.metadata.PackageNotFoundError:
        torch = ""
    return f"Python {sys.version_info.major}.{sys.version_info.minor}, torch {torch}"
