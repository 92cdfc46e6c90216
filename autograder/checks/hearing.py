"""A file's checks, collected once by pytest, and then run for one job after another.

::

    hold(tests, use) ── pytest collects ─→ Hearing ── use(hearing) ─→ hear(job), hear(job), …
                                              └── is_current: whether the files are still those that were read

Collecting takes longer than the checks of an exercise. It is done inside pytest's own loop over its items, so that
there is a session for as long as `use` runs, by nothing but pytest's documented hooks.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, redirect_stderr, redirect_stdout
from functools import partial
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Generic, TypeVar

import pytest

from autograder.bridge.host import ForkControl
from autograder.checks import sentences
from autograder.checks.job import Job
from autograder.checks.plugin import GradingPlugin
from autograder.checks.trial import Trial
from autograder.errors import CourseError
from autograder.model import CheckResult

Result = TypeVar("Result")
#: A run of ours is ruled by nothing but the file itself: no configuration, no conftest, no cache, no output.
#: (Two of the plugins are left out for their time: they collect garbage twice in each of our short runs.)
_LEFT_OUT = (
    *("cacheprovider", "terminal", "logging", "unraisableexception", "threadexception"),
    *("faulthandler", "doctest", "unittest", "junitxml", "pastebin"),
)
_ARGUMENTS = [
    "--noconftest",
    "--import-mode=importlib",
    "--assert=plain",
    "--capture=no",  # what checks print is dropped by us: pytest would keep it with the item, which may run again
    f"-c{os.devnull}",
    "--rootdir=/",
    *(f"-pno:{plugin}" for plugin in _LEFT_OUT),
    "-p_hypothesis_pytestplugin",
]
_COURSES = "autograder.assignments"  #: where checks import what lies beside them from

Stamp = frozenset[tuple[str, int, int, int, int]]


class Hearing:
    """The checks of one file, while pytest has them collected.

    Args:
        stamp: of the folder, from before it was read.
    """

    def __init__(self, tests: Path, items: list[pytest.Item], plugin: GradingPlugin, stamp: Stamp) -> None:
        self.tests, self.items = tests, items
        self._plugin, self._stamp = plugin, stamp
        self._is_over = False

    def is_current(self) -> bool:
        """Whether it can go on: no check has stopped pytest, and the files are as they were when they were read."""
        return not self._is_over and self._stamp == stamp_of(self.tests.parent)

    def hear(self, job: Job, control: ForkControl) -> tuple[CheckResult, ...]:
        """The verdicts on one job."""
        _seed_generated_cases(job.key)
        with ExitStack() as stack:
            trial = stack.enter_context(closing(Trial(job, control, self.items)))
            nowhere = stack.enter_context(open(os.devnull, "w"))  # noqa: PTH123
            stack.enter_context(redirect_stdout(nowhere))
            stack.enter_context(redirect_stderr(nowhere))
            stack.enter_context(sentences.unquoted(bool(job.stand_ins)))
            self._run(trial)
        return trial.results

    def _run(self, trial: Trial) -> None:
        self._plugin.trial, self._is_over = trial, True
        try:
            for item in trial.items:
                protocol = item.config.hook.pytest_runtest_protocol
                trial.run(item, partial(protocol, item=item, nextitem=None))  # nothing is shared with the next check
        except (pytest.exit.Exception, KeyboardInterrupt):
            return  # a check stopped pytest as a whole: those that it had not come to stay without a verdict
        self._is_over = False


class _Keeper(Generic[Result]):
    """Has pytest call `use` in place of its own loop, once it has collected without a fault."""

    def __init__(self, use: Callable[[list[pytest.Item]], Result]) -> None:
        self._use = use
        self.results: list[Result] = []
        self.error: BaseException | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed or not session.items:
            return None  # pytest's own loop says what is wrong
        try:
            self.results.append(self._use(session.items))
        except BaseException as error:  # noqa: BLE001 - raised again where pytest is left
            self.error = error
        return True


def hold(tests: Path, use: Callable[[Hearing], Result]) -> Result:
    """What `use` makes of the checks in a file; they are read from disk as they are now.

    Raises:
        CourseError: the file is missing or cannot be collected.
    """
    plugin, stamp = GradingPlugin(), stamp_of(tests.parent)
    _draw_by_key()  # before the file is read: settings that stand in it take what is then in force
    keeper = _Keeper(lambda items: use(Hearing(tests, items, plugin, stamp)))
    with _course_of(tests):
        code = pytest.main([*_ARGUMENTS, str(tests)], plugins=[plugin, keeper])
    if keeper.error is not None:
        raise keeper.error
    if not keeper.results:
        raise CourseError(f"The checks in {tests} cannot be collected ({code!r}); run pytest --collect-only on it.")
    return keeper.results[0]


def stamp_of(folder: Path) -> Stamp:
    """What the system says of the Python files in a folder and below: other files, or other contents, another stamp."""
    found, waiting = set(), [str(folder)]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue  # gone, or none: whoever reads it will say so
        waiting += [each.path for each in entries if not each.name.startswith((".", "__")) and each.is_dir()]
        found |= {_stamp_of_file(each) for each in entries if each.name.endswith(".py")}
    return frozenset(found)


def _stamp_of_file(entry: os.DirEntry[str]) -> tuple[str, int, int, int, int]:
    try:
        about = entry.stat()
    except OSError:
        return entry.path, 0, 0, 0, 0
    return entry.path, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns


@contextmanager
def _course_of(tests: Path) -> Iterator[None]:
    """Has checks import what lies beside them, as it is now, and not what an installed course has under that name."""
    _forget(lambda _, module: _lies_in(module, tests.parent))
    spec = importlib.util.find_spec(_COURSES)  # None where a machine grades what it is sent and has no course
    elsewhere = spec.submodule_search_locations if spec else None
    before = _forget(_is_of_a_course)
    course = ModuleType(_COURSES)
    course.__path__ = [str(tests.parent.parent), *(elsewhere or ())]
    _install({_COURSES: course})
    importlib.invalidate_caches()
    try:
        yield
    finally:
        _forget(_is_of_a_course)
        if before:
            _install(before)


def _is_of_a_course(name: str, _: object) -> bool:
    return name == _COURSES or name.startswith(f"{_COURSES}.")


def _install(modules: dict[str, ModuleType]) -> None:
    """Loads them as Python's import does: a module is an attribute of what it is in, too."""
    sys.modules.update(modules)
    parent, _, name = _COURSES.rpartition(".")
    setattr(sys.modules[parent], name, modules[_COURSES])


def _forget(which: Callable[[str, ModuleType], bool]) -> dict[str, ModuleType]:
    """Takes modules out of those that are loaded."""
    found = {name: module for name, module in list(sys.modules.items()) if which(name, module)}
    for name in found:
        del sys.modules[name]
    return found


def _lies_in(module: ModuleType, folder: Path) -> bool:
    spec = getattr(module, "__spec__", None)
    if not isinstance(spec, ModuleSpec):
        return False
    places = [spec.origin, *(spec.submodule_search_locations or [])]
    return any(place and Path(place).is_relative_to(folder) for place in places)


def _draw_by_key() -> None:
    """Has hypothesis draw by the seed that it is given.

    Where it finds itself on a CI machine (by the environment), it would make the same cases whatever the seed: known to
    everybody who can read its source, and so no secret from a submission.
    """
    from hypothesis import settings

    settings.load_profile("default")


def _seed_generated_cases(key: bytes) -> None:
    """Has hypothesis generate the same cases for the same key.

    It mixes in the numbers that stand in the code around a check, which here would be the grader's own: other ones
    where that is installed in another way, or has loaded more of itself. So it is to find none.
    """
    from hypothesis import core
    from hypothesis.internal.conjecture import providers
    from hypothesis.internal.constants_ast import Constants

    _draw_by_key()
    vars(core)["global_force_seed"] = int.from_bytes(key[:4])  # as its own plugin for pytest does, for a whole run
    vars(providers)["_get_local_constants"] = Constants
