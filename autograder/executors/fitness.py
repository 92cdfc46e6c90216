"""Whether this machine may grade other people's submissions, and on how many GPUs; asked before it joins a cluster."""

from __future__ import annotations

from autograder.sandbox import gpu
from autograder.sandbox.choose import choose


def make_sure_of_the_lock() -> None:
    """Closes the lock around a process that tries to break out of it.

    Raises:
        LockRefused: it got out, or a layer of the lock is missing here.
    """
    from autograder.launchers import GPU_MODULES, WARM_UP  # and with them the checks, which looking for a GPU needs not

    choose(unsafe=False, modules=(WARM_UP, *GPU_MODULES), hidden=()).close()


def find_gpus() -> int:
    """How many GPUs submissions can be graded on here."""
    return 0 if gpu.missing() else len(gpu.find())
