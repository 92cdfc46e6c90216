"""Runs notebooks in real kernels, as grading does, but with no checks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nbformat import NotebookNode

from autograder.bridge.child import SNAPSHOT
from autograder.launchers import KERNEL
from autograder.sandbox.kernel import Kernel
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import Launcher
from autograder.sandbox.slot import Slot


@asynccontextmanager
async def started(nb: NotebookNode, launcher: Launcher, limits: Limits | None = None) -> AsyncIterator[Kernel]:
    """A kernel that has started, and that is ended with the block."""
    with Slot(limits or Limits(cell_seconds=10)) as slot:
        kernel = Kernel(nb, slot, launcher, KERNEL, SNAPSHOT)
        try:
            await kernel.start()
            yield kernel
        finally:
            await kernel.end()


def run(nb: NotebookNode, launcher: Launcher, limits: Limits | None = None) -> tuple[list[str], list[str]]:
    """Executes all cells and makes the outputs final; the text that each printed, and the notices."""

    async def story() -> list[str]:
        async with started(nb, launcher, limits) as kernel:
            for index in range(len(nb.cells)):
                await kernel.execute(index)
            await kernel.finish()
        return kernel.notices

    notices = asyncio.run(story())
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in nb.cells], notices
