"""A slot of `autograder worker`: one process, one submission after another.

Its order is its one argument, as JSON; it works until it is told to leave, or until nobody holds its input any more,
which is so when `autograder worker` has ended, however that ended.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

import dask
import psutil
from distributed import Status, Worker

from autograder.executors.member import leave, unfit
from autograder.executors.order import LOST, REFUSED, TOLD, Order
from autograder.executors.stamp import offered
from autograder.executors.tls import security
from autograder.sandbox.folder import temporary_folder

_CLOSING = 5.0
_FAILED = 1  # exit code of what ought not to happen
_STARTING = 60.0  # seconds to find the scheduler in
#: Not told to leave, but taken for dead (after which it joins anew), or cut off.
_BROKEN = (
    "scheduler-remove-worker",
    "worker-handle-scheduler-connection-broken",
    "worker-heartbeat-missing",
    "worker-heartbeat-error",
)
_RETIRED = "retired"  # by the scheduler, which then removes it for the same reason as one that it takes for dead


class Member(Worker):
    """A worker that remembers why it left."""

    why_it_left = ""

    async def close(  # type: ignore[override]
        self, timeout: float = 30, executor_wait: bool = True, nanny: bool = True, reason: str = "worker-close"
    ) -> str | None:
        """As every worker does; the first reason counts."""
        if not self.why_it_left:
            self.why_it_left = _RETIRED if self.status is Status.closing_gracefully else reason
        return await super().close(timeout, executor_wait, nanny, reason)


def main() -> None:
    """Does what the order says."""
    order = Order.from_argument(sys.argv[1])
    os.set_inheritable(order.line, False)
    _quieten(order.log)
    status = _FAILED
    try:
        with temporary_folder() as folder, dask.config.set(_settings(folder)):
            tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
            status = asyncio.run(_serve(order, folder))
            _end_children()
    except Exception:  # noqa: BLE001 - whatever it is: the process ends, and who looks after it is told why
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(status)  # a submission that was at work here has threads that would be waited for


def _quieten(level: int) -> None:
    """Has Dask log no more than we do, and no warnings: what matters of these, we say ourselves."""
    for handler in logging.getLogger("distributed").handlers:
        handler.setLevel(level if level < logging.WARNING else logging.CRITICAL)


async def _serve(order: Order, folder: Path) -> int:
    """Works until told to leave; gives the exit code."""
    leaving = asyncio.Event()
    _hear_of_the_end(leaving)
    member = _member(order, folder)
    life, end = asyncio.create_task(_live(order, member)), asyncio.create_task(leaving.wait())
    await asyncio.wait([life, end], return_when="FIRST_COMPLETED")
    if life.done():
        return life.result()
    with suppress(TimeoutError):
        await asyncio.wait_for(leave(member, "signal"), 2 * _CLOSING)
    return TOLD


async def _live(order: Order, member: Member) -> int:
    """From the first try to reach the scheduler to the last word to it."""
    try:
        await member
    except (OSError, RuntimeError, TimeoutError) as error:
        order.tell(failed=str(error.__cause__ or error))
        return LOST
    order.tell(ready=True)
    await member.finished()  # type: ignore[no-untyped-call]
    if unfit.is_set():
        return REFUSED
    return LOST if member.why_it_left in _BROKEN else TOLD


def _member(order: Order, folder: Path) -> Member:
    ca, cert, key = (Path(each) if each else None for each in order.tls)
    return Member(
        order.address,
        name=order.name,
        nthreads=1,
        resources=offered(1, gpu=order.gpu),
        security=security(order.address, ca, cert, key),
        memory_limit=0,  # submissions are held to limits of their own, in processes of their own
        dashboard_address="127.0.0.1:0",
        local_directory=str(folder),
        death_timeout=_STARTING,
    )


def _settings(folder: Path) -> dict[str, Any]:
    """No pages on an open port, and no time spent on looking at itself."""
    return {
        "temporary-directory": str(folder),
        "distributed.worker.http.routes": [],
        "distributed.worker.profile.enabled": False,
        "distributed.admin.system-monitor.disk": False,
    }


def _hear_of_the_end(leaving: asyncio.Event) -> None:
    """Signals, or the end of `autograder worker`."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, leaving.set)
    threading.Thread(target=_when_alone, args=(loop, leaving), daemon=True, name="parent").start()


def _when_alone(loop: asyncio.AbstractEventLoop, leaving: asyncio.Event) -> None:
    """Waits for the end of our input; a loop that is stuck is not waited for much longer."""
    while os.read(0, 1024):
        pass
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(leaving.set)
    time.sleep(3 * _CLOSING)
    os._exit(TOLD)


def _end_children() -> None:
    """The zygote and the judge; kernels end with the zygote."""
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            child.kill()
            child.wait(_CLOSING)
