"""Jupyter finds the provisioner by its entry point, and nobody gets it who did not ask for it."""

from __future__ import annotations

import asyncio
import signal
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager, KernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from autograder.errors import KernelError
from autograder.sandbox.limits import Limits
from autograder.sandbox.manager import SlotKernelManager
from autograder.sandbox.process import Order
from autograder.sandbox.provisioner import NAME, LockProvisioner
from autograder.sandbox.slot import CHANNELS, Slot
from autograder.sandbox.warm import LockRefused
from autograder.tests.sandbox.inside import own_files


class Recorded:
    """A process, and a launcher of it, that note what is asked of them."""

    level, pid, inherited = "namespaces", 1, 0

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self.orders: list[Order] = []
        self.status: int | None = None
        self._error = error

    def launch(self, order: Order, slot: Slot) -> Recorded:
        self.orders.append(order)
        if self._error:
            raise self._error
        return self

    def poll(self) -> int | None:
        return self.status

    def interrupt(self) -> None:
        self.asked.append("interrupt")

    def family(self) -> list[psutil.Process]:
        return []

    def sockets(self) -> int:
        return 0

    def was_starved(self) -> bool:
        return False

    def end(self) -> None:
        self.asked.append("end")
        self.status = -9

    def close(self) -> None:
        """Nothing is kept."""


def make_manager(slot: Slot, launcher: Recorded) -> SlotKernelManager:
    manager = SlotKernelManager(connection_file=str(slot.folder / "kernel.json"))
    manager.slot, manager.launcher, manager.entry = slot, launcher, "module:function"
    return manager


def test_it_is_found_by_its_entry_point() -> None:
    (found,) = entry_points(group="jupyter_client.kernel_provisioners", name=NAME)
    assert found.load() is LockProvisioner
    factory = KernelProvisionerFactory.instance()
    assert factory.is_provisioner_available(SlotKernelManager().kernel_spec)


@pytest.mark.parametrize("manager", [KernelManager, AsyncKernelManager])
def test_an_instructors_own_notebook_is_not_locked_in(
    manager: type[KernelManager], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JUPYTER_DEFAULT_PROVISIONER_NAME", raising=False)
    factory = KernelProvisionerFactory(parent=manager())
    assert factory.default_provisioner_name == "local-provisioner"
    spec = KernelSpec(argv=["python"], display_name="Python", language="python")
    made = factory.create_provisioner_instance("id", spec, parent=manager())
    assert type(made) is LocalProvisioner


def test_only_our_manager_asks_for_it() -> None:
    spec = SlotKernelManager().kernel_spec
    assert spec.metadata["kernel_provisioner"] == {"provisioner_name": NAME}
    assert spec.argv == []
    made = KernelProvisionerFactory.instance().create_provisioner_instance("id", spec, parent=SlotKernelManager())
    assert type(made) is LockProvisioner


def test_a_kernels_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before, launcher = own_files(), Recorded()

    async def story() -> dict[str, Any]:
        with Slot(Limits()) as slot:
            manager = make_manager(slot, launcher)
            await manager.start_kernel()
            assert await manager.is_alive()
            await manager.interrupt_kernel()
            info = dict(manager.get_connection_info(), folder=slot.folder)
            await manager.shutdown_kernel(now=True)
            assert not await manager.is_alive()
        return info

    info = asyncio.run(story())
    (order,) = launcher.orders
    assert order.entry == "module:function"
    assert len(order.descriptors) == len(CHANNELS) + 1  # and the line on which snapshots are asked for
    assert info["transport"] == "ipc"
    assert Path(info["ip"]).parent == info["folder"]
    assert info["key"] == order.arguments["key"].encode()
    assert len(info["key"]) == 32
    assert launcher.asked[0] == "interrupt"
    assert "end" in launcher.asked[1:]
    assert own_files() == before


def test_every_kernel_has_a_key_of_its_own() -> None:
    launcher = Recorded()

    async def story() -> None:
        for _ in range(2):
            with Slot(Limits()) as slot:
                manager = make_manager(slot, launcher)
                await manager.start_kernel()
                await manager.shutdown_kernel(now=True)

    asyncio.run(story())
    one, other = (order.arguments["key"] for order in launcher.orders)
    assert one != other


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_every_signal_but_an_interrupt_ends_it(number: signal.Signals) -> None:
    launcher = Recorded()
    provisioner = LockProvisioner(parent=None)
    provisioner.process = launcher
    asyncio.run(provisioner.send_signal(number))
    asyncio.run(provisioner.send_signal(0))
    assert launcher.asked == ["end"]
    assert asyncio.run(provisioner.wait()) == -9


@pytest.mark.parametrize("error", [KernelError("none"), LockRefused("mounts", "no")])
def test_where_none_starts_the_error_comes_through_and_nothing_stays_open(error: KernelError) -> None:
    launcher = Recorded(error)
    before = own_files()

    async def story() -> None:
        with Slot(Limits()) as slot:
            manager, open_before = make_manager(slot, launcher), own_files()
            with pytest.raises(type(error)):
                await manager.start_kernel()
            assert not manager.has_kernel
            assert own_files() <= open_before

    asyncio.run(story())
    assert own_files() == before
