"""What happens in a worker: it calls functions that graders send it, and says when it lacks something.

::

    grader ── carry_out(function, arguments) ─→ worker ── Answer, or
                                                          Wanted: it lacks bytes that many submissions share
                                                          Refusal: it must not be used, and leaves

`autograder worker` starts one such process for each slot (`slot.py`). Where others start Dask's workers (a batch
system, say), `--preload autograder.executors.member` makes theirs ours.

Dask unpickles what graders and workers send each other, so these trust each other. What student code wrote is never
among it: a notebook crosses as bytes of JSON, and a report as our own record.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from distributed import Worker, get_worker

from autograder.executors.stamp import offered
from autograder.work import UnfitWorker

UNFIT = "unfit"  #: why a worker leaves that must not be used
unfit = threading.Event()  #: whether this one has found that it is such a worker
_KEPT = 16  # parcels that stay in memory
_FAREWELL = 0.5  # seconds for an answer to leave before the worker does
_LEAVING = 5.0

_parcels: OrderedDict[str, bytes] = OrderedDict()


@dataclass(frozen=True)
class Shared:
    """Stands for bytes that a worker has, or asks for."""

    digest: str


@dataclass(frozen=True)
class Answer:
    """What the function gave."""

    value: Any


@dataclass(frozen=True)
class Wanted:
    """A worker lacks the bytes of this digest."""

    address: str
    digest: str


@dataclass(frozen=True)
class Refusal:
    """A worker must not be used, and leaves."""

    address: str
    name: str
    why: str


def carry_out(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Answer | Wanted | Refusal:
    """Calls the function in a worker, with the bytes that `Shared` stands for; raises what it raises."""
    worker = get_worker()
    whole = [_parcels.get(each.digest) if isinstance(each, Shared) else each for each in args]
    lacking = [asked.digest for asked, given in zip(args, whole, strict=True) if given is None and asked is not None]
    if lacking:
        return Wanted(worker.address, lacking[0])
    try:
        return Answer(function(*whole, **kwargs))
    except UnfitWorker as error:
        _leave_soon(worker)
        return Refusal(worker.address, str(worker.name), error.why)


def _leave_soon(worker: Worker) -> None:
    unfit.set()
    worker.loop.add_callback(worker.loop.call_later, _FAREWELL, leave, worker, UNFIT)


async def leave(worker: Worker, reason: str) -> None:
    """Takes leave of the scheduler, which then holds nothing against what is waiting here, and closes the worker."""
    with suppress(OSError, RuntimeError):  # it is out of reach, or was never reached
        words = {"expected": True, "close": False, "stimulus_id": reason}
        await asyncio.wait_for(worker.scheduler.unregister(address=worker.contact_address, **words), _LEAVING)
    await worker.close(_LEAVING, executor_wait=False, reason=reason)


def receive(data: bytes) -> str:
    """Keeps bytes that many submissions share; the digest is made here, so that it is theirs. The oldest go first."""
    digest = hashlib.sha256(data).hexdigest()
    _parcels[digest] = data
    _parcels.move_to_end(digest)
    while len(_parcels) > _KEPT:
        _parcels.popitem(last=False)
    return digest


def dask_setup(worker: Worker) -> None:
    """Makes a member of a worker that somebody else starts, before it joins; Dask calls this.

    Raises:
        LockRefused: this machine cannot lock student code in.
    """
    from autograder.executors.fitness import find_gpus, make_sure_of_the_lock

    make_sure_of_the_lock()
    offer = offered(1, gpu=bool(find_gpus()))  # whatever threads it has: submissions share no process
    worker.state.total_resources.update(offer)
    worker.state.available_resources.update(offer)
