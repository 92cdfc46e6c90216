"""Grades one submission on a GPU that it has to itself; the next one finds that GPU as this one found it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from contextlib import ExitStack

from nbformat import NotebookNode

from autograder.checks import sentences
from autograder.exercises import Checker
from autograder.in_place import InPlace
from autograder.launchers import PROBE
from autograder.model import ExerciseResult, Verdict
from autograder.sandbox import gpu
from autograder.sandbox.gpu import AllBusy, Gpu, GpuLost
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import Launcher, Order, Process
from autograder.sandbox.slot import Slot

_PROBE_SECONDS, _PAUSE = 60.0, 0.05
_LOOK = 0.5  # seconds between two looks for a free GPU

Found = tuple[dict[str, ExerciseResult], list[str]]
_known_well: set[str] = set()  # GPUs that were seen to compute, with nothing gone wrong on them since


async def check_on_gpu(
    notebook: NotebookNode,
    checker: Checker,
    launcher: Launcher,
    entry: str,
    exercises: frozenset[str],
    others: frozenset[str],
) -> Found:
    """The results of these exercises (of the others to compare with), and what is to be said of the run.

    Raises:
        GpuLost: the GPU failed; it is left alone from here on. KernelError: see `InPlace.check`.
    """
    if not exercises | others:
        return {}, []
    if checker.device != "cuda":  # make-believe: nobody has to wait for it
        return await _check(InPlace(notebook, checker, launcher, entry, None), exercises, others)
    with ExitStack() as stack:
        held = await _line_up(stack)
        try:
            before = gpu.in_use(held)
            if held.uuid not in _known_well:
                await asyncio.to_thread(try_out, held, launcher)
            in_place = InPlace(notebook, checker, launcher, entry, held, before)
            _known_well.discard(held.uuid)  # until it has come through
            found = await _check(in_place, exercises, others)
            await asyncio.to_thread(gpu.wait_until_free, held, before)
        except GpuLost:
            gpu.retire(held)
            raise
        if not in_place.troubled:
            _known_well.add(held.uuid)
        return found


async def _line_up(stack: ExitStack) -> Gpu:
    """A GPU, held as long as the stack stands; nobody has to wait for it who has been interrupted."""
    until = time.monotonic() + gpu.PATIENCE
    while True:
        try:
            return stack.enter_context(gpu.hold(0.0))
        except AllBusy:
            if time.monotonic() > until:
                raise
        await asyncio.sleep(_LOOK)


async def _check(in_place: InPlace, exercises: frozenset[str], others: frozenset[str]) -> Found:
    return await in_place.check(exercises, others), in_place.notices


def differences(on_gpu: Mapping[str, ExerciseResult]) -> list[str]:
    """A sentence for each exercise that is right on the processor and fails a check on the GPU."""
    found = []
    for name, result in on_gpu.items():
        failed = [check for check in result.checks if check.verdict is Verdict.FAILED]
        if failed:
            found.append(sentences.NOT_ON_GPU.format(exercise=name, title=failed[0].title, message=failed[0].message))
    return found


def try_out(held: Gpu, launcher: Launcher) -> float:
    """Has a kernel in the lock compute on the GPU; gives the seconds that took.

    Raises:
        GpuLost: it cannot, or not rightly.
    """
    started = time.monotonic()
    ours, theirs = os.pipe()
    with Slot(Limits(), held) as slot, os.fdopen(ours, "rb") as line:
        try:
            process = launcher.launch(Order(PROBE, [theirs]), slot)
        finally:
            os.close(theirs)
        try:
            status = _end_of(process, started + _PROBE_SECONDS)
        finally:
            process.end()
        if status != 0:
            said = line.read().decode("utf-8", "replace") or f"the process ended with {status}"
            why = said if status is not None else f"that was not done within {_PROBE_SECONDS:g} s"
            raise held.lost(f"a locked process cannot compute on it: {why}")
    return time.monotonic() - started


def _end_of(process: Process, until: float) -> int | None:
    """Its exit status; None where it runs on."""
    while (status := process.poll()) is None and time.monotonic() < until:
        time.sleep(_PAUSE)
    return status
