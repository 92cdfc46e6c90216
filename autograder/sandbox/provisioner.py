"""The Jupyter kernel provisioner (entry point `aandacht-lock`): where Jupyter starts a process, it asks a launcher.

Our own grader, stock `nbgrader autograde` and formgrader all come through here, because the kernel manager of
`autograder.sandbox.kernel` names it in its kernel spec; no environment variable and no setting of a
server is involved, so that an instructor's own notebooks are not locked in.
"""

from __future__ import annotations

import asyncio
import secrets
import signal
import socket
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from autograder.sandbox.process import Launcher, Order, Process, socket_pair
from autograder.sandbox.slot import CHANNELS, Slot

NAME = "aandacht-lock"
_PERIOD = 0.02  # seconds between two looks at a process that is ending


class LockProvisioner(KernelProvisionerBase):
    """Starts one kernel in a slot; `parent` is the kernel manager, which knows slot, launcher and entry."""

    process: Process | None = None
    snapshots: socket.socket
    key: bytes  # what messages are signed with

    @property
    def has_process(self) -> bool:
        """Whether there is a kernel."""
        return self.process is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Nothing is looked up: there is no command line."""
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Binds the channels, hands them over, and says how to reach them.

        Raises:
            KernelError: no kernel could be started, or not in the lock.
        """
        manager: Any = self.parent
        slot: Slot = manager.slot
        key = secrets.token_hex(16)
        self.key = key.encode()
        channels, (self.snapshots, theirs) = slot.bind_channels(), socket_pair()
        descriptors = [each.fileno() for each in (*channels, theirs)]
        launcher: Launcher = manager.launcher
        try:
            order = Order(manager.entry, descriptors, {"key": key})
            self.process = await asyncio.to_thread(launcher.launch, order, slot)
        except BaseException:
            self.snapshots.close()
            raise
        finally:
            for each in (*channels, theirs):
                each.close()
        self.connection_info = _connection(slot, key)
        return self.connection_info

    async def poll(self) -> int | None:
        """The kernel's exit status; None while it runs."""
        return self.process.poll() if self.process else 0

    async def wait(self) -> int | None:
        """The exit status, once there is one."""
        while (status := await self.poll()) is None:
            await asyncio.sleep(_PERIOD)
        return status

    async def send_signal(self, signum: int) -> None:
        """Interrupts the kernel, or ends it: there is nothing else to say to it."""
        if self.process and signum == signal.SIGINT:
            self.process.interrupt()
        elif signum:
            await self.kill()

    async def kill(self, restart: bool = False) -> None:
        """Ends the kernel and everything that it started."""
        if self.process:
            await asyncio.to_thread(self.process.end)

    async def terminate(self, restart: bool = False) -> None:
        """As `kill`: student code is not asked."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Closes what is left of the lines to it."""
        self.snapshots.close()


def _connection(slot: Slot, key: str) -> KernelConnectionInfo:
    ports = {f"{name}_port": number for number, name in enumerate(CHANNELS, 1)}
    where = {"transport": "ipc", "ip": slot.channel_prefix, "hb_port": len(CHANNELS) + 1}  # where nobody listens
    return cast("KernelConnectionInfo", {**where, **ports, "key": key.encode(), "signature_scheme": "hmac-sha256"})
