"""The kernel manager of a slot: Jupyter asks it for a kernel, and a launcher of ours starts that."""

from __future__ import annotations

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from autograder.sandbox.process import Launcher
from autograder.sandbox.provisioner import NAME
from autograder.sandbox.slot import Slot


class SlotKernelManager(AsyncKernelManager):
    """A kernel manager that looks at no installed kernelspec: a launcher starts the kernel, in a slot.

    Attributes:
        entry: "module:function" of the kernel.
    """

    slot: Slot
    launcher: Launcher
    entry: str

    @property
    def kernel_spec(self) -> KernelSpec:
        """One of our own, which names the provisioner."""
        metadata = {"kernel_provisioner": {"provisioner_name": NAME}}
        return KernelSpec(argv=[], display_name="Aandacht", language="python", metadata=metadata)
