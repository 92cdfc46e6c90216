"""Where submissions are graded: in processes of this machine, or on many machines.

::

    local.py     one process for each slot
    cluster.py   workers that a Dask scheduler knows

Both are a `concurrent.futures.Executor`, and nothing else of the code knows which of them it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, ParamSpec, Protocol, Self, TypeVar

from autograder.errors import AutograderError

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class WorkerLost(AutograderError):
    """A piece of work was lost with the workers that had it, too often for chance."""


class PoolLost(AutograderError):
    """Nobody is there any more who could do any work: what is true of one piece is true of all."""


class NoGpu(AutograderError):
    """Nobody is there who could do this piece of work; for others there is."""


class Pool(Protocol):
    """An Executor, and what a run has to know of it."""

    @property
    def has_gpu(self) -> bool:
        """Whether work that names a GPU as its device finds one."""

    @property
    def notices(self) -> list[str]:
        """What a person should know about workers, one sentence each."""

    @property
    def slots(self) -> int:
        """How many there are now."""

    def submit(
        self, fn: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Has a function called by a worker."""

    def share(self, data: bytes) -> Any:
        """What may be given to `submit` in place of these bytes, which then travel to a worker once."""

    def first_device(self, asked: str) -> str:
        """The device that a submission is graded on first; raises UsageError where it is not to be had."""

    def stop(self) -> None:
        """Ends all work at once, whatever it is at."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None: ...
