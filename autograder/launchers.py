"""What kernels are started by: one launcher for all courses that keep the same modules warm."""

from __future__ import annotations

import atexit
from collections.abc import Collection, Sequence
from pathlib import Path

from autograder.course import Course
from autograder.exercises import judge
from autograder.imports import imports_of
from autograder.sandbox.choose import choose, try_out
from autograder.sandbox.process import Launcher

KERNEL = "autograder.bridge.app:run"  #: what runs in a kernel's process
WARM_UP = "autograder.bridge.app:warm_up"  #: what is done once for all kernels
PROBE = "autograder.bridge.probe:run"  #: what runs in a process that tries a GPU out
#: To be imported before a process is locked in, where its file is out of sight.
GPU_MODULES = (PROBE.partition(":")[0],)

_Kind = tuple[bool, tuple[str, ...]]
_launchers: dict[_Kind, Launcher] = {}
_tried: set[tuple[_Kind, frozenset[Path]]] = set()  # each has seen its lock tried out on what is to be hidden
_of_course: dict[tuple[Course, bool], Launcher] = {}


def launcher_for(course: Course, *, unsafe: bool = False) -> Launcher:
    """What kernels of this course are started by; see `use`."""
    if (course, unsafe) not in _of_course:
        _of_course[course, unsafe] = use(imports_of(course), course.private, unsafe=unsafe)
    return _of_course[course, unsafe]


def use(modules: Collection[str], hidden: Sequence[Path], *, unsafe: bool = False) -> Launcher:
    """What kernels are started by; the lock was tried out when the first of them was wanted.

    Args:
        modules: what notebooks import, to be kept warm.
        hidden: places that student code must not see.
        unsafe: without a lock.

    Raises:
        LockRefused: this machine cannot lock student code in, and `unsafe` was not said.
    """
    kind = (unsafe, (WARM_UP, *GPU_MODULES, *sorted(modules)))
    trial = (kind, frozenset(hidden))
    if kind not in _launchers:
        judge.begin()  # it loads what it needs while the zygote does
        _launchers[kind] = choose(unsafe, kind[1], hidden)
    elif trial not in _tried:
        try_out(_launchers[kind], hidden)
    _tried.add(trial)
    return _launchers[kind]


def close() -> None:
    """Ends the judge and the zygote; they start again with the next submission."""
    judge.close()
    _tried.clear()
    _of_course.clear()
    while _launchers:
        _launchers.popitem()[1].close()


atexit.register(close)
