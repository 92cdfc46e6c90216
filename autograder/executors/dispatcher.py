"""Sends pieces of work to a scheduler and settles their futures; lives in an event loop, as Dask's client does.

At most a few more pieces are out than there are slots: what is not out yet can be cancelled, and no worker is idle.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import secrets
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from distributed import Client
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker
from distributed.security import Security

from autograder.executors import NoGpu, PoolLost, WorkerLost
from autograder.executors.member import Answer, Refusal, Wanted, carry_out, receive
from autograder.executors.roster import Roster
from autograder.executors.stamp import wanted

_LOOK = 1.0  # seconds between two looks at who is there
_CONNECTING, _DELIVERING, _CLOSING = 10.0, 60.0, 5.0
_AHEAD = 4  # for every so many slots, one piece more waits at the scheduler
_TRIES = 50  # for one piece to meet a worker that can be used and has all it needs
_PAUSE = 1.0  # seconds for a worker that refused to leave

_CONNECTION = re.compile(r"in <[^>]*>: ")  # which one of Dask's it was says nothing to a person
_KILLED = "The workers that were at it were lost, {times} times over; the last of them was {worker}."
_NO_ANSWER = "No scheduler answers at {address}: {why}."
_CUT = "The connection to the scheduler at {address} is lost; what was graded is kept. Grade again."
_WAITING = "{sentence} Until then this waits, for {minutes:.0f} min at most."
_NOT_SETTLED = "No worker took it in {times} tries; the notices say who was left out."


class NoScheduler(PoolLost):
    """The scheduler does not answer, or not any more."""


class NoWorker(PoolLost):
    """Nobody is there who could do the work."""


@dataclass(eq=False)
class Piece:
    """One call, and what becomes of it."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    future: Future[Any]

    @property
    def on_gpu(self) -> bool:
        """Whether an argument of it names a device other than the processor."""
        return any(getattr(each, "device", "cpu") != "cpu" for each in self.args)


class Dispatcher:
    """What goes on between a grader and a scheduler; to be used in one event loop.

    Args:
        roster: who is there; kept up to date.
        shared: bytes that workers may ask for, by digest.
        patience: seconds that are waited for a worker while there is none.
        say: takes a sentence for whoever waits meanwhile.
    """

    def __init__(self, roster: Roster, shared: dict[str, bytes], patience: float, say: Callable[[str], None]) -> None:
        self._roster, self._shared, self._patience, self._say = roster, shared, patience, say
        self._waiting: dict[bool, deque[Piece]] = {False: deque(), True: deque()}
        self._out: dict[bool, dict[Piece, asyncio.Task[None]]] = {False: {}, True: {}}
        self._deliveries: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._arrivals: dict[tuple[str, str], float] = {}  # when shared bytes were last known to have come
        self._numbers, self._name = itertools.count(), secrets.token_hex(8)

    async def begin(self, security: Security | None) -> None:
        """Connects to the scheduler, and sees who is there; raises NoScheduler."""
        self._client = Client(  # type: ignore[no-untyped-call]
            self._roster.address, security=security, asynchronous=True, timeout=_CONNECTING, set_as_default=False,
            direct_to_workers=False,
        )  # fmt: skip
        try:
            await self._client
        except (OSError, TypeError, ValueError, RuntimeError) as error:
            await self._close()
            raise NoScheduler(_NO_ANSWER.format(address=self._roster.address, why=_first_line(error))) from None
        await self._look()
        self._watch = asyncio.create_task(self._keep_looking())

    def take_in(self, piece: Piece) -> None:
        """A piece to be done."""
        self._waiting[piece.on_gpu].append(piece)
        self._send_out()

    def cancel_waiting(self) -> None:
        """Cancels what is not out yet."""
        for waiting in self._waiting.values():
            while waiting:
                waiting.popleft().future.cancel()

    async def finish(self) -> None:
        """Waits until all is done, and leaves."""
        while self._has_work():
            await asyncio.wait([self._watch, *self._tasks().values()], timeout=_LOOK, return_when="FIRST_COMPLETED")
        await self.leave()

    async def leave(self) -> None:
        """Ends the connection; workers drop what they are at for us when they have finished it."""
        self._watch.cancel()
        await self._close()

    async def _close(self) -> None:
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(self._client.close(), _CLOSING)  # type: ignore[no-untyped-call]

    async def give_up(self, error: BaseException) -> None:
        """Settles with an error all that is not done."""
        for on_gpu in (False, True):
            await self._give_up(on_gpu, error)

    async def _give_up(self, on_gpu: bool, error: BaseException) -> None:
        out, waiting = dict(self._out[on_gpu]), self._waiting[on_gpu]
        for piece, task in out.items():
            task.cancel()
            del self._out[on_gpu][piece]  # a task that has not begun yet never does, and would not do it itself
            piece.future.set_exception(error)
        while waiting:
            piece = waiting.popleft()
            if piece.future.set_running_or_notify_cancel():
                piece.future.set_exception(error)
        await asyncio.gather(*out.values(), return_exceptions=True)

    def _has_work(self) -> bool:
        still_wanted = (not piece.future.cancelled() for waiting in self._waiting.values() for piece in waiting)
        return bool(self._tasks()) or any(still_wanted)

    def _tasks(self) -> dict[Piece, asyncio.Task[None]]:
        return self._out[False] | self._out[True]

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(_LOOK)
            try:
                await self._look_after_all()
            except Exception as error:  # noqa: BLE001 - whatever it is: who waits for a piece hears of it
                await self.give_up(error)

    async def _look_after_all(self) -> None:
        if self._is_cut_off():
            await self.give_up(self._cut())
            return
        with suppress(OSError):
            await self._look()
        for on_gpu in (False, True):
            if hopeless := self._roster.hopeless(self._patience, on_gpu=on_gpu):
                await self._give_up(on_gpu, (NoGpu if self._roster.slots else NoWorker)(hopeless))
        if self._has_work() and (sentence := self._roster.dearth()):
            self._say(_WAITING.format(sentence=sentence, minutes=self._patience / 60))

    def _is_cut_off(self) -> bool:
        """Whether Dask's client has given up; until then it tries to connect again, for as long as at the start."""
        return self._client.status in ("closing", "closed")

    def _cut(self) -> NoScheduler:
        return NoScheduler(_CUT.format(address=self._roster.address))

    async def _look(self) -> None:
        if self._client.scheduler is None:  # it is being closed
            return
        known = await self._client.scheduler.identity(n_workers=-1)
        self._roster.update(known["workers"])
        self._send_out()

    def _send_out(self) -> None:
        """Sends out what the workers have room for."""
        for on_gpu, slots in ((False, self._roster.slots), (True, self._roster.gpus)):
            room = slots + -(-slots // _AHEAD)
            waiting, out = self._waiting[on_gpu], self._out[on_gpu]
            while waiting and len(out) < room:
                piece = waiting.popleft()
                if piece.future.set_running_or_notify_cancel():
                    out[piece] = asyncio.get_running_loop().create_task(self._see_through(piece))

    async def _see_through(self, piece: Piece) -> None:
        """Settles the piece's future, whatever happens; where this is cancelled, `give_up` has settled it."""
        try:
            piece.future.set_result(await self._done(piece))
        except Exception as error:  # noqa: BLE001 - of whatever kind: it belongs to who asked for the work
            piece.future.set_exception(error)
        finally:
            self._out[piece.on_gpu].pop(piece, None)
            self._send_out()

    async def _done(self, piece: Piece) -> Any:
        """What the function gave, after all workers that had to be passed by."""
        for _ in range(_TRIES):
            sent = time.monotonic()
            match await self._once(piece):
                case Answer(value):
                    return value
                case Wanted(address, digest) if self._arrivals.get((address, digest), 0.0) < sent:
                    await self._deliver(address, digest)  # they came after that, if they came at all
                case Refusal() as refusal:
                    self._roster.leave_out(refusal)
                    await asyncio.sleep(_PAUSE)
        raise WorkerLost(_NOT_SETTLED.format(times=_TRIES))

    async def _once(self, piece: Piece) -> Answer | Wanted | Refusal | None:
        """What a worker answered; None where the connection was cut, and what was out is to be sent again."""
        if self._is_cut_off():
            raise self._cut()
        sent = self._client.submit(
            carry_out, piece.function, piece.args, piece.kwargs, pure=False, resources=wanted(gpu=piece.on_gpu),
            key=f"grade-{self._name}-{next(self._numbers)}",
        )  # fmt: skip
        try:
            answer: Answer | Wanted | Refusal = await sent
        except KilledWorker as killed:
            times, worker = killed.allowed_failures + 1, killed.last_worker.name
            raise WorkerLost(_KILLED.format(times=times, worker=worker)) from None
        except FutureCancelledError:
            await asyncio.sleep(_PAUSE)
            return None
        finally:
            sent.release()  # type: ignore[no-untyped-call]
        return answer

    async def _deliver(self, address: str, digest: str) -> None:
        """Brings shared bytes to a worker, once however many pieces wait for that."""
        if (address, digest) not in self._deliveries:
            self._deliveries[address, digest] = asyncio.create_task(self._bring(address, digest))
        await asyncio.shield(self._deliveries[address, digest])

    async def _bring(self, address: str, digest: str) -> None:
        sending = self._client.run(receive, self._shared[digest], workers=[address])
        try:
            await asyncio.wait_for(sending, _DELIVERING)
            self._arrivals[address, digest] = time.monotonic()
        except OSError:  # a worker that is lost meanwhile, or out of reach
            await asyncio.sleep(_PAUSE)
        finally:
            del self._deliveries[address, digest]  # workers do not keep them for ever


def _first_line(error: BaseException) -> str:
    words = _CONNECTION.sub("", str(error)) or type(error).__name__
    return words.splitlines()[0].rstrip(".")
