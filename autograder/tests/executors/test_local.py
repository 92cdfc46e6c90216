"""Slots on this machine: one that is killed takes nobody along, and none outlives the grader."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from multiprocessing import resource_tracker
from pathlib import Path

import psutil
import pytest

from autograder.course import Course
from autograder.executors import WorkerLost
from autograder.executors.local import TRIES, LocalPool
from autograder.tests import orphans
from autograder.tests.executors import odd_jobs
from autograder.tests.kills import CLASS, FAKE, REAL, handed_in, start, statuses

_PATIENCE = 60.0
_LOST = "The process that graded it was killed, 3 times over; is there enough memory for so many at a time?"


@contextmanager
def pool_of(workers: int) -> Iterator[LocalPool]:
    """A pool that leaves no process, but for Python's own, which looks after semaphores as long as this one lives."""
    resource_tracker.ensure_running()
    with orphans.none_left(), LocalPool(workers) as pool:
        yield pool


def wait_for(path: Path) -> str:
    """What is in a file, as soon as something is."""
    deadline = time.monotonic() + _PATIENCE
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < deadline, f"{path.name} was never written"
        time.sleep(0.01)
    return path.read_text()


def test_a_slot_keeps_its_process_and_is_asked_for_the_device(tmp_path: Path) -> None:
    with pool_of(2) as pool:
        both = [pool.submit(odd_jobs.after, str(tmp_path / "go")) for _ in range(2)]
        (tmp_path / "go").touch()
        used = {future.result(_PATIENCE) for future in both}
        again = {pool.submit(odd_jobs.process).result(_PATIENCE) for _ in range(4)}
    assert not [pid for pid in used | again if psutil.pid_exists(pid)]  # whoever leaves the pool has waited for them
    assert os.getpid() not in used
    assert again <= used | again
    assert len(used | again) <= 2
    assert LocalPool().slots == len(os.sched_getaffinity(0))


def test_an_error_is_told_and_the_process_lives_on() -> None:
    with pool_of(1) as pool:
        before = pool.submit(odd_jobs.process).result(_PATIENCE)
        with pytest.raises(ZeroDivisionError, match="oops"):
            pool.submit(odd_jobs.fail).result(_PATIENCE)
        assert pool.submit(odd_jobs.process).result(_PATIENCE) == before


def test_one_that_is_killed_is_tried_again_and_takes_nobody_along(tmp_path: Path) -> None:
    with pool_of(2) as pool:
        neighbour = pool.submit(odd_jobs.after, str(tmp_path / "go"))
        lost = pool.submit(odd_jobs.killed, str(tmp_path / "tries"), TRIES - 1)
        assert lost.result(_PATIENCE) == TRIES
        (tmp_path / "go").touch()
        assert neighbour.result(_PATIENCE)
        assert pool.submit(odd_jobs.process).result(_PATIENCE)


def test_one_that_is_killed_too_often_is_lost_and_the_slot_goes_on(tmp_path: Path) -> None:
    with pool_of(1) as pool:
        with pytest.raises(WorkerLost, match="3 times over"):
            pool.submit(odd_jobs.killed, str(tmp_path / "tries"), 99).result(_PATIENCE)
        assert len((tmp_path / "tries").read_text()) == TRIES
        assert pool.submit(odd_jobs.process).result(_PATIENCE)


def test_ctrl_c_is_none_of_their_affair(tmp_path: Path) -> None:
    with pool_of(1) as pool:
        before = pool.submit(odd_jobs.process).result(_PATIENCE)
        waiting = pool.submit(odd_jobs.after, str(tmp_path / "go"))
        os.kill(before, signal.SIGINT)
        (tmp_path / "go").touch()
        assert waiting.result(_PATIENCE) == before


def test_stop_ends_what_runs_and_what_waits(tmp_path: Path) -> None:
    with pool_of(1) as pool:
        endless = pool.submit(odd_jobs.for_ever, str(tmp_path / "where"))
        waiting = pool.submit(odd_jobs.process)
        _, child = map(int, wait_for(tmp_path / "where").split())
        pool.stop()
        assert waiting.cancelled()
        with pytest.raises(CancelledError):
            endless.result(_PATIENCE)
        os.kill(child, signal.SIGKILL)  # a kernel ends with its worker; this one knows of none
    with pytest.raises(RuntimeError):
        pool.submit(odd_jobs.process)


@pytest.mark.parametrize("after", [0.0, 0.01, 0.1, 0.3])
def test_stop_comes_through_while_a_process_begins(tmp_path: Path, after: float) -> None:
    with pool_of(2) as pool:
        work = [pool.submit(odd_jobs.after, str(tmp_path / "never")) for _ in range(2)]
        time.sleep(after)
        pool.stop()
        for each in work:
            with pytest.raises(CancelledError):
                each.result(_PATIENCE)


@pytest.mark.parametrize("stopped", [False, True])
def test_what_a_process_has_in_files_is_gone_with_the_pool(tmp_path: Path, stopped: bool) -> None:
    with pool_of(1) as pool:
        pool.submit(odd_jobs.leave_a_folder, str(tmp_path / "where"), stopped)
        folder = Path(wait_for(tmp_path / "where"))
        assert folder.is_dir()
        if stopped:
            pool.stop()
    assert not folder.exists()
    assert not folder.parent.exists()  # which was the pool's, and none of the machine's own


# The whole command


@pytest.mark.slow
def test_a_submission_whose_worker_is_killed_each_time_is_told_and_the_others_are_graded(tmp_path: Path) -> None:
    course = handed_in(tmp_path / "course", CLASS | {"cy": {"playground": "die"}})
    with orphans.none_left(), start(course) as run:
        output, errors = run.communicate(timeout=300)
    assert run.returncode == 1, errors
    assert statuses(output) == {student: "not graded" if student == "cy" else "graded" for student in CLASS}
    assert _LOST in output


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("program", "endless"), [(FAKE, "hang"), (REAL, "while True:\n    pass")])
def test_nothing_outlives_a_grader_that_is_killed(tmp_path: Path, program: str, endless: str) -> None:
    """Also while a student's code, or a worker, does not listen to anybody."""
    course = handed_in(tmp_path / "course", {student: {"playground": f"{endless}  # {student}"} for student in CLASS})
    with orphans.none_left():
        with start(course, program, "--limit", "cell_seconds=100") as run:
            family = _busy(course, run.pid)
            run.kill()
        assert len(family) >= (3 if program == FAKE else 7)  # two workers; zygotes, judges and kernels


def _busy(course: Course, pid: int) -> list[psutil.Process]:
    """All processes of a run, once some of them has worked for longer than it takes to begin."""
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline:
        family: list[psutil.Process] = psutil.Process(pid).children(recursive=True)
        if any(_is_at_work(each) for each in family):
            return family
        time.sleep(0.2)
    pytest.fail("nothing was ever executed")


def _is_at_work(process: psutil.Process) -> bool:
    """Whether it is one that executes: a make-believe worker, or what a zygote has forked."""
    try:
        words, above = " ".join(process.cmdline()), " ".join(process.parent().cmdline())
        executes = "zygote" in above or ("spawn_main" in words and "make_believe" in above)
        return executes and process.cpu_times().user > (0.5 if "zygote" in above else 8.0)
    except (psutil.Error, AttributeError):
        return False
