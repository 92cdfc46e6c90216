"""What kernels are started by: one launcher for all courses that keep the same modules warm."""

from __future__ import annotations

import atexit

from autograder.course import Course
from autograder.exercises import imports_of, judge
from autograder.sandbox.choose import choose, try_out
from autograder.sandbox.process import Launcher

KERNEL = "autograder.bridge.app:run"  #: what runs in a kernel's process
WARM_UP = "autograder.bridge.app:warm_up"  #: what is done once for all kernels
PROBE = "autograder.bridge.probe:run"  #: what runs in a process that tries a GPU out
#: To be imported before a process is locked in, where its file is out of sight.
GPU_MODULES = (PROBE.partition(":")[0],)

_launchers: dict[tuple[bool, tuple[str, ...]], Launcher] = {}
_of_course: dict[tuple[Course, bool], Launcher] = {}  # each course has seen its lock tried out


def launcher_for(course: Course, *, unsafe: bool = False) -> Launcher:
    """What kernels of this course are started by; the lock was tried out when the first of them was wanted.

    Raises:
        LockRefused: this machine cannot lock student code in, and `unsafe` was not said.
    """
    if (course, unsafe) not in _of_course:
        modules = (WARM_UP, *GPU_MODULES, *sorted({name for each in course.lessons for name in imports_of(each)}))
        if (unsafe, modules) in _launchers:
            try_out(_launchers[unsafe, modules], course.private)
        else:
            _launchers[unsafe, modules] = choose(unsafe, modules, course.private)
        _of_course[course, unsafe] = _launchers[unsafe, modules]
    return _of_course[course, unsafe]


def close() -> None:
    """Ends the judge and the zygote; they start again with the next submission."""
    judge.close()
    _of_course.clear()
    while _launchers:
        _launchers.popitem()[1].close()


atexit.register(close)
