"""Workers that must not be used: found out before they join, by their versions, or while they work."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path

import pytest

from autograder.executors.cluster import ClusterPool
from autograder.executors.dispatcher import NoWorker
from autograder.executors.stamp import stamp
from autograder.tests.executors.hub import Started, scheduler, until, wait_for_slots, worker
from autograder.tests.executors.pieces import done_by_fit_workers, where

pytestmark = pytest.mark.slow

_RUN = "from autograder.worker_command import worker; worker()"
_WITH_A_HOLE = f"""
import autograder.sandbox.choose as choose
from autograder.sandbox.proof import Attempt
choose.lock.REQUIRED = True
choose.WarmLauncher = lambda modules: type("Holed", (), {{"level": "namespaces", "close": lambda self: None}})()
choose.prove = lambda launcher, hidden: (Attempt("mounts: a file of this machine", "read /etc/passwd"),)
{_RUN}
"""
#: Every slot of it is of another version than the grader.
_OLD = """
import runpy, sys
import autograder.work
autograder.work.code = lambda: "0.0.9+00000000"
runpy.run_module("autograder.executors", run_name="__main__")
"""
_STARTING_OLD_SLOTS = f"""
import autograder.worker_command as command
start = command.subprocess.Popen
def popen(words, **options):
    return start([words[0], "-c", {_OLD!r}, words[-1]], **options)
command.subprocess.Popen = popen
command.worker()
"""


def test_a_worker_whose_lock_leaks_says_so_and_never_joins(tmp_path: Path) -> None:
    with scheduler(tmp_path) as address:
        leaky = worker(tmp_path, address, "--slots", "1", command=[sys.executable, "-c", _WITH_A_HOLE])
        assert leaky.process.wait(60) == 1
        assert "a trial read /etc/passwd (mounts: a file of this machine)" in leaky.said
        assert leaky.said.count("\n") == 1
        assert "Register worker" not in (tmp_path / "scheduler.log").read_text()


def test_a_worker_that_finds_itself_unfit_is_named_and_its_work_done_by_others(tmp_path: Path) -> None:
    with (
        scheduler(tmp_path) as address,
        worker(tmp_path, address, "--unsafe", "--slots", "1", name="unfit") as unfit,
        worker(tmp_path, address, "--unsafe", "--slots", "1", name="fit"),
        ClusterPool(address) as pool,
    ):
        wait_for_slots(pool, 2)
        futures = [pool.submit(done_by_fit_workers, number) for number in range(10)]
        assert [future.result(60) for future in futures] == list(range(10))
        assert pool.notices == ["The worker unfit-1.1 is left out: a trial read a file of this machine."]
        assert pool.slots == 1
        assert unfit.process.wait(60) == 1
        assert "slot 1 found that it must not be used" in unfit.said


def test_where_only_unfit_workers_are_left_the_run_gets_their_sentence(tmp_path: Path) -> None:
    with (
        scheduler(tmp_path) as address,
        worker(tmp_path, address, "--unsafe", "--slots", "1", name="unfit"),
        ClusterPool(address) as pool,
    ):
        wait_for_slots(pool, 1)
        with pytest.raises(NoWorker, match=r"The worker unfit-1\.1 is left out: a trial read a file of this machine\."):
            pool.submit(done_by_fit_workers, 1).result(60)


def test_a_worker_that_finds_no_scheduler_says_so_and_ends_when_told(tmp_path: Path) -> None:
    alone = worker(tmp_path, "tcp://127.0.0.1:9", "--unsafe", "--slots", "2")
    alone.wait_for("one: no slot has joined tcp://127.0.0.1:9 yet; they go on trying for 10 min.")
    assert alone.end(signal.SIGINT) == 0
    assert alone.said.count("\n") == 1


def test_a_worker_of_another_version_gets_nothing_and_both_versions_are_named(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _STARTING_OLD_SLOTS]
    with (
        scheduler(tmp_path) as address,
        worker(tmp_path, address, "--unsafe", "--slots", "1", name="old", command=command) as old,
        ClusterPool(address) as pool,
    ):
        old.wait_for("1 of 1 slots grade")
        with pytest.raises(NoWorker) as refused:
            pool.submit(where, 0).result(60)
        theirs = r"it has autograder 0\.0\.9\+00000000, Python 3\.\d+, torch [\d.]+, distributed [\d.]+, and the grader"
        assert re.search(theirs, str(refused.value))
        assert f"the grader has {stamp()}; install the same on both." in str(refused.value)


def test_dasks_own_workers_get_nothing_unless_they_are_made_ours(tmp_path: Path) -> None:
    plain = [sys.executable, "-m", "distributed.cli.dask_worker", "--no-nanny", "--no-dashboard", "--nthreads", "1"]
    with scheduler(tmp_path) as address, Started([*plain, address], tmp_path / "plain.log") as stranger:
        stranger.wait_for("Registered to")
        with (
            ClusterPool(address, patience=3) as pool,
            pytest.raises(NoWorker, match="1 of the scheduler's workers do not grade; start them by autograder worker"),
        ):
            pool.submit(where, 0).result(60)


def test_a_batch_systems_worker_becomes_ours_by_a_preload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is tried there, too; here by a stand-in, so that this runs on every machine."""
    (tmp_path / "trying.py").write_text(
        "import autograder.executors.fitness as fitness\n"
        "fitness.make_sure_of_the_lock = lambda: print('the lock was tried', flush=True)\n"
    )
    command = [sys.executable, "-m", "distributed.cli.dask_worker", "--no-nanny", "--no-dashboard", "--nthreads", "1"]
    preloads = ["--preload", str(tmp_path / "trying.py"), "--preload", "autograder.executors.member"]
    with (
        scheduler(tmp_path) as address,
        Started([*command, address, *preloads], tmp_path / "batch.log") as batch,
        ClusterPool(address) as pool,
    ):
        wait_for_slots(pool, 1)
        assert pool.submit(where, 0).result(60)
        until(lambda: "the lock was tried" in batch.said)
