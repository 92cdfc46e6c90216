"""What a kernel costs to start: cold and warm, side by side in one run, the lock on (`make bench-start`).

From the wish for a kernel to its first executed cell. Processor time is that of all processes that the
start needed, as the system's scheduler counted it; the grader's own part is in there.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
from nbformat.v4 import new_code_cell, new_notebook
from rich.console import Console
from rich.progress import track
from rich.table import Table

from autograder.bridge.child import SNAPSHOT
from autograder.errors import KernelError
from autograder.launchers import KERNEL, WARM_UP
from autograder.sandbox import gpu
from autograder.sandbox.kernel import Kernel
from autograder.sandbox.limits import Limits
from autograder.sandbox.plain import PlainLauncher
from autograder.sandbox.process import Launcher
from autograder.sandbox.slot import Slot
from autograder.sandbox.warm import WarmLauncher

_TIMES = 20


@dataclass(frozen=True)
class Start:
    """One start, in seconds."""

    wall: float
    processor: float


def main() -> None:
    """Prints the table; in a pipe as well."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else _TIMES
    console = Console()
    warm = WarmLauncher([WARM_UP])
    ways: dict[str, Callable[[], Start]] = {
        "cold, no lock": lambda: _once(PlainLauncher()),
        "cold, locked": _cold,
        "warm, locked": lambda: _once(warm),
    }
    if not gpu.missing():
        ways["warm, locked, to the first sum on a GPU"] = lambda: _on_gpu(warm)
    found: dict[str, list[Start]] = {name: [] for name in ways}
    try:
        ways["warm, locked"]()  # the first one brings the zygote up
        for _ in track(range(times), "starting kernels", console=Console(stderr=True)):
            for name, way in ways.items():
                found[name].append(way())
    except KernelError as error:
        sys.exit(f"bench-start: {error}")
    finally:
        warm.close()
    console.print(_table(found))


def _cold() -> Start:
    launcher = WarmLauncher([WARM_UP])
    try:
        return _once(launcher)
    finally:
        launcher.close()


def _once(launcher: Launcher) -> Start:
    return asyncio.run(_start(launcher, "import torch"))


def _on_gpu(launcher: Launcher) -> Start:
    with gpu.hold() as held:
        return asyncio.run(_start(launcher, "import torch; float(torch.ones(1, device='cuda') + 1)", held))


async def _start(launcher: Launcher, source: str, held: gpu.Gpu | None = None) -> Start:
    cell = new_code_cell(source)  # type: ignore[no-untyped-call]
    notebook = new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    before, started = _processor_time(), time.perf_counter()
    with Slot(Limits(), held) as slot:
        kernel = Kernel(notebook, slot, launcher, KERNEL, SNAPSHOT)
        try:
            await kernel.start()
            await kernel.execute(0)
            wall = time.perf_counter() - started
            return Start(wall, _processor_time() - before)
        finally:
            await kernel.end()


def _processor_time() -> float:
    """Seconds that this process and all that descend from it and still live have run."""
    own = psutil.Process()
    return sum(_ran(process.pid) for process in (own, *own.children(recursive=True)))


def _ran(pid: int) -> float:
    try:
        stats = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    except OSError:
        return 0.0  # it ended meanwhile
    return sum(int(text.split()[0]) for text in stats) / 1e9


def _table(found: dict[str, list[Start]]) -> Table:
    table = Table(title="From the wish for a kernel to its first executed cell (median, and the middle half)")
    for column in ("start", "wall, ms", "processor, ms", "times as fast as cold, locked"):
        table.add_column(column, justify="right" if column != "start" else "left")
    reference = statistics.median(start.wall for start in found["cold, locked"])
    for name, starts in found.items():
        walls = [start.wall for start in starts]
        ratio = reference / statistics.median(walls)
        table.add_row(name, _spread(walls), _spread([start.processor for start in starts]), f"{ratio:.1f}")
    return table


def _spread(seconds: list[float]) -> str:
    ordered = sorted(1000 * each for each in seconds)
    low, high = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]
    return f"{statistics.median(ordered):.0f}  ({low:.0f} to {high:.0f})"


if __name__ == "__main__":
    main()
