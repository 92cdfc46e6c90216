"""The level that student code runs at: the lock, proved on this machine, or nothing because somebody said so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.errors import KernelError
from autograder.sandbox import lock
from autograder.sandbox.plain import PlainLauncher
from autograder.sandbox.process import Launcher
from autograder.sandbox.proof import prove
from autograder.sandbox.warm import LockRefused, WarmLauncher

UNSAFE = (
    "Or say --unsafe, on a machine without secrets and with submissions that you trust: student code then runs "
    "without a lock, and every result says so."
)
_IN_A_CONTAINER = (
    "In a container, start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined, and with --cap-add SYS_ADMIN where it runs as root."
)
_OTHERWISE = "Another machine, or a container with fewer restrictions, may allow it."
_REMEDIES = {
    "platform": "The lock needs Linux on x86-64 or aarch64: grade on such a machine.",
    "namespaces": "Allow user namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone; on Ubuntu "
    f"kernel.apparmor_restrict_unprivileged_userns=0), or grade as root. {_IN_A_CONTAINER}",
    "mounts": f"The new root could not be built. {_IN_A_CONTAINER}",
    "Landlock": "Update the kernel, or boot it with an lsm= list that names landlock.",
    "seccomp": "The kernel needs CONFIG_SECCOMP_FILTER.",
    "environment": "Something is inherited that should not be: please report it with the output of autograder doctor.",
}


def choose(unsafe: bool, modules: Sequence[str], hidden: Sequence[Path]) -> Launcher:
    """A launcher whose lock was tried out just now; without a lock only where `unsafe` allows it.

    Args:
        unsafe: run without a lock.
        modules: what notebooks import, to be kept warm.
        hidden: folders that student code must not see.

    Raises:
        LockRefused: a layer is missing here; the sentence says which and what to do.
    """
    if unsafe:
        return PlainLauncher()
    if not lock.REQUIRED:
        raise refusal("platform", "this is no Linux on x86-64 or aarch64")
    launcher = WarmLauncher(modules)
    try:
        try_out(launcher, hidden)
    except KernelError:
        launcher.close()
        raise
    return launcher


def try_out(launcher: Launcher, hidden: Sequence[Path]) -> None:
    """Tries to escape from a launcher's lock; without a lock there is nothing to try.

    Raises:
        LockRefused: something got out, or a layer is missing.
    """
    if launcher.level == PlainLauncher.level:
        return
    try:
        attempts = prove(launcher, hidden)
    except LockRefused as error:
        raise refusal(error.layer, error.reason) from None
    for attempt in attempts:
        if attempt.escaped:
            raise refusal(attempt.name.partition(":")[0], f"a trial {attempt.escaped} ({attempt.name})")


def refusal(layer: str, reason: str) -> LockRefused:
    """The error for a layer that is missing, with what can be done about it."""
    return LockRefused(layer, reason, " ".join(filter(None, [_REMEDIES.get(layer, _OTHERWISE), UNSAFE])))
