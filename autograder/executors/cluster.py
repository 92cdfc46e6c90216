"""Workers on many machines, known to a Dask scheduler, as an Executor.

::

    grader ── submit ─→ dispatcher.py ─→ scheduler ─→ workers (member.py), each with one submission at a time

What a worker was at when it was lost is done by another one: the scheduler sees to that, a few times over. Nothing else
is ever tried again, because a student's failure is no exception: it is a report. Bytes that many submissions share
travel to each worker once, when it first lacks them. Workers join and leave as they like.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Executor, Future
from typing import Any

import click
from distributed.security import Security

from autograder.errors import UsageError
from autograder.executors import Arguments, Result
from autograder.executors.dispatcher import Dispatcher, Piece
from autograder.executors.member import Shared
from autograder.executors.roster import Roster

PATIENCE = 600.0  #: seconds that a run waits for a worker while there is none
_NO_GPU = "None of the workers at {address} has a GPU; with --device cpu, checks that need one stay pending."


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


class ClusterPool(Executor):
    """Does work on the workers that a scheduler knows.

    Args:
        address: the scheduler's, tcp://host:port or tls://host:port.
        security: who we are, where that has to be proved.
        patience: seconds that are waited for a worker while there is none.
        say: takes a sentence for whoever waits meanwhile; default stderr.

    Raises:
        NoScheduler: none answers there.
    """

    def __init__(
        self,
        address: str,
        security: Security | None = None,
        patience: float = PATIENCE,
        say: Callable[[str], None] = _say,
    ) -> None:
        self._roster, self._shared = Roster(address), dict[str, bytes]()
        self._dispatcher = Dispatcher(self._roster, self._shared, patience, say)
        self._closed = False
        _quieten()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run_loop, name="cluster", daemon=True)
        self._thread.start()
        try:
            self._wait_for(self._dispatcher.begin(security))
        except BaseException:
            self._end_loop()
            raise

    @property
    def slots(self) -> int:
        """How many submissions the workers that are there grade at a time."""
        return self._roster.slots

    @property
    def has_gpu(self) -> bool:
        """Whether one of them has a GPU."""
        return self._roster.gpus > 0

    @property
    def notices(self) -> list[str]:
        """Who was left out, and who is gone."""
        return self._roster.notices

    def share(self, data: bytes) -> Any:
        """What stands for these bytes in `submit`."""
        digest = hashlib.sha256(data).hexdigest()
        self._shared[digest] = data
        return Shared(digest)

    def first_device(self, asked: str) -> str:
        """The processor: every worker has one, and those with a GPU are kept for what needs it."""
        if asked not in ("auto", "cpu") and not self.has_gpu:
            raise UsageError(_NO_GPU.format(address=self._roster.address))
        return "cpu"

    def submit(
        self, fn: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Has a function called by a worker; by one with a GPU where an argument has another `device` than "cpu".

        The future fails with WorkerLost, NoWorker, NoGpu or NoScheduler where nobody could do it.
        """
        if self._closed:
            raise RuntimeError("This pool takes no more work.")
        piece = Piece(fn, args, kwargs, Future())
        self._loop.call_soon_threadsafe(self._dispatcher.take_in, piece)
        return piece.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leaves the scheduler when all is done; the workers stay."""
        if self._closed:
            return
        self._closed = True
        if cancel_futures:
            self._loop.call_soon_threadsafe(self._dispatcher.cancel_waiting)
        ending = asyncio.run_coroutine_threadsafe(self._dispatcher.finish(), self._loop)
        ending.add_done_callback(lambda _: self._loop.call_soon_threadsafe(self._loop.stop))
        if wait:
            self._thread.join()

    def stop(self) -> None:
        """Gives up all that is not done; workers drop what they are at when they have finished it."""
        if self._closed and not self._thread.is_alive():
            return
        self._closed = True
        self._wait_for(self._dispatcher.give_up(CancelledError()))
        self._wait_for(self._dispatcher.leave())
        self._end_loop()

    def _run_loop(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(_end_tasks())
        self._loop.close()

    def _wait_for(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


def _quieten() -> None:
    """Has Dask's client log nothing where nobody asked for logs: what matters of that, we say ourselves."""
    if not logging.getLogger().isEnabledFor(logging.INFO):
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)


async def _end_tasks() -> None:
    """Ends what still runs in this loop, which is Dask's own."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
