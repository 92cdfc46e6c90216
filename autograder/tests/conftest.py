"""Fixtures that several rooms' tests use."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from autograder.course import Assignment
from autograder.launchers import close
from autograder.tests.browser import browser
from autograder.tests.chain import make_chain
from autograder.tests.forks import FakeKernel

__all__ = ["browser"]  # a fixture, too


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Makes `-m gpu` fail where every test was skipped: on a machine with a GPU that would be no proof of anything."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == pytest.ExitCode.OK and session.config.option.markexpr == "gpu":
        session.exitstatus = exitstatus if reporter and reporter.stats.get("passed") else pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> None:
    """Jobs in the background inherit an ignored Ctrl-C; the tests of it need Python's own handler."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assignment]:
    """A small course of two exercises; its judge ends with the tests."""
    yield make_chain(tmp_path_factory.mktemp("chain"))
    close()


@pytest.fixture(scope="session")
def fake_kernel() -> Iterator[FakeKernel]:
    """A process that forks as a kernel does."""
    kernel = FakeKernel()
    yield kernel
    kernel.close()


@pytest.fixture
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Fails the test when a kernel's folder or a process of one is left behind."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield tmp_path
    assert list(tmp_path.glob("aandacht-*")) == []
    assert [process for process in psutil.process_iter() if _has_its_home_in(process, tmp_path)] == []
    assert [process for process in psutil.Process().children(recursive=True) if _was_forked(process)] == []


def _has_its_home_in(process: psutil.Process, folder: Path) -> bool:
    """So has every process of a kernel without a lock."""
    try:
        home: str = process.environ().get("HOME", "")
    except psutil.Error:
        return False
    return home.startswith(str(folder))


def _was_forked(process: psutil.Process) -> bool:
    """Whether a zygote forked the process; the zygote itself is a child of ours."""
    try:
        is_zygotes = "autograder.sandbox.zygote" in process.cmdline()
        return is_zygotes and process.ppid() != psutil.Process().pid
    except psutil.Error:
        return False
