"""The zygote: a process that has imported what notebooks import, and forks whenever a kernel is wanted.

::

    grader ── order, descriptors ─→ zygote ── fork ─→ keeper ── fork ─→ init (PID 1, locked) ── fork ─→ kernel
           ←─ state ──────────────────────────────────┴─────────────────┘

- The **zygote** has one thread, imports only, and holds no secret: its heap is inherited by student code.
- The **keeper** stands outside the new PID namespace and tells when all that was in it is gone.
- **init** locks itself and reaps orphans; when it ends, the system ends everything in its namespace.

Each dies with the one before it, so that nothing outlives the grader, however that ends. Started as
`python -P -m autograder.sandbox.zygote DESCRIPTOR MODULE…`; nothing but the lock is imported from here.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from autograder.sandbox import lock, mounts, system

LARGEST_ORDER = 65536
_MOST_DESCRIPTORS = 16

Entry = Callable[[dict[str, Any], list[int]], None]


def main() -> None:
    """Imports, says so, and forks for every order until the grader closes the line."""
    control = socket.socket(fileno=int(sys.argv[1]))
    missing = _import(sys.argv[2:])
    gc.collect()
    gc.freeze()  # what is here stays here: collecting it again in every fork would copy its pages
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's affair
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers need no burial
    threads = len(list(Path("/proc/self/task").iterdir()))
    try:
        _tell(control.fileno(), ready=True, missing=missing, threads=threads)
    except BrokenPipeError:
        return  # whoever wanted kernels has gone
    zygote = os.getpid()
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, LARGEST_ORDER, _MOST_DESCRIPTORS)
        if not data:
            return
        if os.fork() == 0:
            _guarded(partial(_keep, json.loads(data), descriptors, zygote))
        for descriptor in descriptors:
            os.close(descriptor)


def _import(names: Sequence[str]) -> list[str]:
    """Imports modules and calls what stands behind a colon; gives the names of those that are not here."""
    missing = []
    for name in names:
        module, _, function = name.partition(":")
        try:
            found = importlib.import_module(module)
        except Exception:  # noqa: BLE001 - whatever goes wrong with it, it is then left to the notebook
            missing.append(name)
            continue
        if function:
            getattr(found, function)()
    return missing


def _guarded(work: Callable[[], None]) -> NoReturn:
    """Runs one process's work and ends the process, whatever happens."""
    try:
        work()
    except BaseException:  # noqa: BLE001 - a fork must never come back into its parent's code
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def _keep(order: dict[str, Any], descriptors: list[int], zygote: int) -> None:
    """The keeper: enters namespaces, forks init, and says when it has ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _die_with(zygote)
    os.setsid()
    state, kernels = descriptors[0], descriptors[1:]
    if "group" in order:
        Path(order["group"], "cgroup.procs").write_text("0")  # this process, and all that come from it
    try:
        uid, gid = lock.enter()
    except lock.Refused as refused:
        _tell(state, refused=[refused.layer, str(refused)])
        return
    watched, held = os.pipe()
    init = os.fork()
    if init == 0:
        os.close(held)
        _guarded(lambda: _init(order, state, kernels, (uid, gid), watched))
    _close_all_but(state, held)
    _tell(state, init=init)
    os.waitpid(init, 0)
    _tell(state, ended=True)


def _init(order: dict[str, Any], state: int, kernels: list[int], user: tuple[int, int], watched: int) -> None:
    """PID 1: locks itself, forks the kernel, buries orphans; it is killed, or ends when nobody is left."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # which in PID 1 means: not delivered
    system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
    _prepare_descriptors(state, watched, kernels)
    try:
        lock.close(lock.Lock(mounts.Sizes(**order["sizes"]), order["rlimits"], order["devices"]), *user)
    except lock.Refused as refused:
        _tell(state, refused=[refused.layer, str(refused)])
        return
    system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)  # a new user id forgot it
    if select.select([watched], [], [], 0)[0]:
        return  # the keeper died before it could take this process along
    os.nice(5)  # whatever student code does, its watchdog comes first
    kernel = os.fork()
    if kernel == 0:
        os.close(state)
        os.close(watched)
        _guarded(lambda: _kernel(order, kernels))
    _close_all_but(state, watched)
    _tell(state, started=True)
    _bury(kernel, state)


def _bury(kernel: int, state: int) -> None:
    while True:
        try:
            ended, status = os.waitpid(-1, 0)
        except ChildProcessError:
            return
        if ended == kernel:
            _tell(state, status=os.waitstatus_to_exitcode(status))


def _kernel(order: dict[str, Any], descriptors: list[int]) -> None:
    """The first process of the student's: an environment of its own, then the entry that was asked for."""
    system.prctl(system.PR_SET_DUMPABLE, 1)  # it may look at itself
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(order["environment"])
    _fresh_randomness()
    module, _, name = order["entry"].partition(":")
    entry: Entry = getattr(importlib.import_module(module), name)  # imported long ago: its file is out of sight
    entry(order, descriptors)


def _fresh_randomness() -> None:
    """Every kernel draws numbers of its own where a cold start would have done so."""
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


def _prepare_descriptors(state: int, watched: int, kernels: list[int]) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    _close_all_but(state, watched, *kernels)


def _close_all_but(*kept: int) -> None:
    previous = 2
    for descriptor in sorted(kept):
        os.closerange(previous + 1, descriptor)
        previous = descriptor
    os.closerange(previous + 1, 65536)


def _die_with(parent: int) -> None:
    """Asks the system to kill this process when its parent ends, however that ends."""
    system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _tell(state: int, **facts: Any) -> None:
    os.write(state, json.dumps(facts).encode())


if __name__ == "__main__":
    main()
