"""What workers are asked to do in the tests of the cluster: light work in the place of grading."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from distributed import get_worker

from autograder.errors import CourseError
from autograder.work import UnfitWorker


@dataclass(frozen=True)
class Light:
    """Work that asks for a device, and no more."""

    number: int
    device: str = "cpu"


def doubled(work: Light) -> int:
    """Twice its number."""
    return 2 * work.number


def length(parcel: bytes, work: Light) -> int:
    """What the parcel weighs, and the number."""
    return len(parcel) + work.number


def where(seconds: float) -> tuple[str, int, str]:
    """Which worker does it after a while, in which process and folder."""
    time.sleep(seconds)
    return str(get_worker().name), os.getpid(), str(Path.cwd())


def noted(folder: str, number: int, seconds: float) -> int:
    """Notes in a file of its own that it was begun, once more, and takes a while."""
    with Path(folder, str(number)).open("a") as file:
        file.write(f"{get_worker().name} {os.getpid()}\n")
    time.sleep(seconds)
    return number


def fail() -> None:
    """Raises an error of ours."""
    raise CourseError("the release is missing")


def end_the_process() -> None:
    """What no worker survives."""
    os._exit(9)


def done_by_fit_workers(number: int) -> int:
    """Done by every worker but those whose name begins with "unfit"."""
    if str(get_worker().name).startswith("unfit"):
        raise UnfitWorker("unfit-host", "a trial read a file of this machine.")
    return number
