"""What went wrong, as one sentence that a person can act upon."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from nbgrader.converters.base import NbGraderException
from sqlalchemy.exc import OperationalError

from autograder.errors import AutograderError

#: Below this nothing new is graded: a gradebook must never be caught half-way by a full disk.
MIN_FREE_BYTES = 64 * 2**20

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FULL_SENTENCE = "The disk is full: free some space and run again; all that was graded before stands."
_LOCKED_SENTENCE = "The gradebook is locked by another program: close it, or wait a moment, and run again."


class DiskFull(AutograderError):
    """There is too little space left to record a grade."""


class Refused(NbGraderException):
    """None of the submissions that nbgrader found can be graded.

    Args:
        refused: by student, why: one sentence for each fault.
    """

    def __init__(self, refused: dict[str, tuple[str, ...]]) -> None:
        super().__init__("\n".join(f"{student}: {' '.join(why)}" for student, why in refused.items()))
        self.refused = refused


def require_space(folder: Path) -> None:
    """Make sure that a submission's results will fit on the disk.

    Raises:
        DiskFull: they might not.
    """
    if shutil.disk_usage(folder).free < MIN_FREE_BYTES:
        raise DiskFull(_FULL_SENTENCE)


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, or one that led to it, says that the disk is full."""
    return any(_says_full(each) for each in _chain(error))


def explain(error: BaseException) -> str:
    """One sentence about an error, for the person who runs the grader."""
    if is_disk_full(error):
        return _FULL_SENTENCE
    if any("database is locked" in str(each) for each in _chain(error)):
        return _LOCKED_SENTENCE
    if isinstance(error, AutograderError | NbGraderException):
        return str(error)
    return f"The grader failed ({type(error).__name__}: {error})."


def _says_full(error: BaseException) -> bool:
    if isinstance(error, DiskFull):
        return True
    if isinstance(error, OSError):
        return error.errno in _FULL
    return isinstance(error, OperationalError) and "is full" in str(error)


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    each: BaseException | None = error
    while each is not None and each not in chain:
        chain.append(each)
        each = each.__cause__ or each.__context__
    return chain
