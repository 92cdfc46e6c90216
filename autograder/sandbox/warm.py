"""Kernels in the lock, forked from a warm zygote.

One zygote serves a whole run. It is replaced after a number of forks, and when what it imported has
changed on disk.
"""

from __future__ import annotations

import errno
import json
import logging
import select
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from autograder.errors import KernelError
from autograder.sandbox import mounts, process
from autograder.sandbox.cgroup import Group, parent_group
from autograder.sandbox.environment import environment, font_folder
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import Order
from autograder.sandbox.slot import Slot

_log = logging.getLogger(__name__)
_START_SECONDS, _LAUNCH_SECONDS = 120.0, 20.0
_MOST_FORKS = 5_000
_LONGEST_STATE = 65536
#: Not matplotlib_inline: it looks for its notebook when it is imported, and in a zygote there is none yet.
_ALWAYS = ("torch", "numpy", "matplotlib.pyplot", "ipykernel.kernelapp", "autograder.sandbox.canaries")


_ENTRIES = "autograder.bridge."  #: what kernels begin with: in the lock it can no longer be imported


class LockRefused(KernelError):
    """The machine refuses a layer of the lock.

    Args:
        layer: its name.
        reason: what the system said.
        remedy: what to do about it, in sentences.
    """

    def __init__(self, layer: str, reason: str, remedy: str = "") -> None:
        super().__init__(f"Student code cannot be locked in on this machine: {reason}. {remedy}".strip())
        self.layer, self.reason = layer, reason


class Zygote:
    """The grader's line to one zygote process.

    Args:
        modules: what it imports beyond what every notebook needs.
    """

    def __init__(self, modules: Sequence[str]) -> None:
        self.stamp = _stamp()
        self.forks = self.living = 0
        self._control, theirs = process.socket_pair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "autograder.sandbox.zygote", str(theirs.fileno()), *modules],
                pass_fds=[theirs.fileno()],
                env=_zygote_environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.facts = _receive(self._control, time.monotonic() + _START_SECONDS)
        if not self.facts.get("ready"):
            self.close()
            raise KernelError("The process that kernels are forked from could not be started; run autograder doctor.")

    @property
    def pid(self) -> int:
        """The zygote's process."""
        return self._process.pid

    @property
    def is_fresh(self) -> bool:
        """Whether it may fork once more."""
        return self._process.poll() is None and self.forks < _MOST_FORKS and self.stamp == _stamp()

    def fork(self, told: dict[str, Any], descriptors: Sequence[int]) -> None:
        """Orders a kernel; the first descriptor is where its state will be told."""
        self.forks += 1
        self.living += 1
        try:
            socket.send_fds(self._control, [json.dumps(told).encode()], list(descriptors))
        except OSError as error:
            self.living -= 1
            raise KernelError(f"The process that kernels are forked from is gone ({error.strerror}).") from None

    def close(self) -> None:
        """Ends it, and with it every kernel that it is the origin of."""
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class WarmLauncher:
    """Starts kernels in the lock.

    Args:
        modules: what notebooks import, besides torch, numpy and matplotlib.
    """

    level = "namespaces"

    def __init__(self, modules: Sequence[str] = ()) -> None:
        self._modules = tuple(dict.fromkeys((*_ALWAYS, *modules)))
        self._zygotes: list[Zygote] = []
        self._groups = parent_group()
        self._one_at_a_time = threading.Lock()

    def launch(self, order: Order, slot: Slot) -> LockedProcess:
        """A new process; raises LockRefused where a layer is missing, and KernelError."""
        ours, theirs = process.socket_pair()
        told = {
            "entry": order.entry,
            "environment": environment(mounts.HOME, mounts.TEMPORARY) | slot.environment,
            "rlimits": slot.rlimits,
            "devices": slot.gpu.devices if slot.gpu else (),
            "sizes": asdict(_sizes(slot.limits)),
            **order.arguments,
        }
        group = Group(self._groups, slot.limits) if self._groups else None
        if group:
            told["group"] = str(group.path)
        try:
            with theirs, self._one_at_a_time:  # from here to the fork nobody may retire the zygote
                zygote = self._warm()
                zygote.fork(told, [theirs.fileno(), *order.descriptors])
        except BaseException:
            ours.close()
            if group:
                group.remove()
            raise
        return LockedProcess(ours, zygote, group)

    def _warm(self) -> Zygote:
        if not self._zygotes or not self._zygotes[-1].is_fresh:
            self._zygotes.append(self._start())
        for retired in self._zygotes[:-1]:
            if not retired.living:
                retired.close()
                self._zygotes.remove(retired)
        return self._zygotes[-1]

    def _start(self) -> Zygote:
        """A zygote of one thread; what starts threads when it is imported is left to the notebooks themselves."""
        zygote = Zygote(self._modules)
        if zygote.facts["threads"] == 1:
            return zygote
        _log.warning("importing %s starts threads, so only torch is kept warm", ", ".join(self._modules))
        zygote.close()
        self._modules = tuple(name for name in self._modules if name in _ALWAYS or name.startswith(_ENTRIES))
        return Zygote(self._modules)

    def close(self) -> None:
        """Ends the zygote."""
        while self._zygotes:
            self._zygotes.pop().close()


class LockedProcess:
    """A kernel in its own namespaces: when PID 1 in there ends, so has everything."""

    def __init__(self, state: socket.socket, zygote: Zygote, group: Group | None) -> None:
        self._state, self._zygote, self._group = state, zygote, group
        self._kills = 0
        self._facts: dict[str, Any] = {}
        try:
            for fact in ("init", "started"):  # told by the keeper and by PID 1, in either order
                self._wait_for(fact, time.monotonic() + _LAUNCH_SECONDS)
        except BaseException:
            self.end()
            raise
        self.pid: int = self._facts["init"]  # stands for a kernel that has ended before it could be looked at
        self._init: psutil.Process | None = None
        self.inherited = 0
        with suppress(psutil.Error, IndexError):
            self._init = psutil.Process(self._facts["init"])
            self.inherited = process.resident(self._init)
            self.pid = self._init.children()[0].pid

    def poll(self) -> int | None:
        """The kernel's exit status; None while it runs."""
        while self._look(0.0):
            pass
        if self._facts.get("ended"):
            return int(self._facts.get("status", -signal.SIGKILL))
        status: int | None = self._facts.get("status")
        return status

    def interrupt(self) -> None:
        """Sends the kernel a Ctrl-C."""
        if self.poll() is None:
            process.send(self.pid, signal.SIGINT)

    def family(self) -> list[psutil.Process]:
        """Every process in the namespace but PID 1."""
        return process.descendants(self._init) if self._init else []

    def end(self) -> None:
        """Kills PID 1, which takes all others along, and waits until the keeper has seen it end."""
        if self._state.fileno() < 0:
            return
        self.poll()
        if "init" in self._facts and not self._facts.get("ended"):
            process.send(self._facts["init"], signal.SIGKILL)
        self._drain(time.monotonic() + _LAUNCH_SECONDS)
        self._state.close()
        self._zygote.living -= 1
        if self._group:
            self._group.remove()

    def sockets(self) -> int:
        """How many there are in its network; PID 1 is in it, and student code has no say in what is told of that."""
        try:
            told = Path(f"/proc/{self._facts['init']}/net/sockstat").read_text()
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ESRCH, errno.ENXIO):
                return 0  # it has ended, and with it all others
            raise
        return int(told.split()[2])  # "sockets: used 12"

    def was_starved(self) -> bool:
        """Whether the control group had to end one of them; without such a group the watchdog sees to that."""
        before, self._kills = self._kills, self._group.kills if self._group else 0
        return self._kills > before

    def _wait_for(self, fact: str, until: float) -> None:
        while fact not in self._facts:
            if "refused" in self._facts:
                layer, reason = self._facts["refused"]
                raise LockRefused(layer, reason)
            if self._facts.get("ended") or not self._look(max(until - time.monotonic(), 0.0)):
                raise KernelError("A kernel could not be forked for the submission; run autograder doctor.")

    def _drain(self, until: float) -> None:
        while not self._facts.get("ended") and self._look(max(until - time.monotonic(), 0.0)):
            pass

    def _look(self, seconds: float) -> bool:
        """Takes in one message of the keeper's or of PID 1's; whether there was one."""
        if self._state.fileno() < 0 or not select.select([self._state], [], [], seconds)[0]:
            return False
        data = self._state.recv(_LONGEST_STATE)
        self._facts.update(json.loads(data) if data else {"ended": True})
        return bool(data)


def _zygote_environment() -> dict[str, str]:
    """As in a kernel, but for the list of fonts, which is read here once for all, and for how torch looks for a GPU.

    By itself torch would ask CUDA, and no fork of a process that has done so can use a GPU any more.
    """
    own = {"MPLCONFIGDIR": font_folder(), "PYTORCH_NVML_BASED_CUDA_CHECK": "1"}
    return environment("/", mounts.TEMPORARY) | own


def _sizes(limits: Limits) -> mounts.Sizes:
    return mounts.Sizes(limits.disk_bytes, limits.disk_bytes, limits.shared_bytes, limits.files)


def _stamp() -> tuple[int, ...]:
    """Changes when a package is installed or removed, or when our own code is edited."""
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    ours = Path(__file__).parent.parent
    folders = [Path(place) for place in sorted(places)]
    files = sorted([*ours.glob("sandbox/*.py"), *ours.glob("bridge/*.py")])
    return tuple(path.stat().st_mtime_ns for path in [*folders, *files])


def _receive(line: socket.socket, until: float) -> dict[str, Any]:
    """One message of our own processes; empty when none came in time."""
    if not select.select([line], [], [], max(until - time.monotonic(), 0.0))[0]:
        return {}
    data = line.recv(_LONGEST_STATE)
    facts: dict[str, Any] = json.loads(data) if data else {}
    return facts
