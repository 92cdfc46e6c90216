"""Workers that are killed, cut off or added while a run is under way: everything is done, once for whoever asked."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil
import pytest
from distributed import Client

from autograder.executors.cluster import ClusterPool
from autograder.tests.executors.hub import QUICK, scheduler, until, wait_for_slots, worker
from autograder.tests.executors.pieces import noted, where
from autograder.tests.executors.proxy import Wire

pytestmark = pytest.mark.slow


def _begun(folder: Path) -> dict[int, list[str]]:
    """Which workers began which pieces."""
    found = {}
    for path in folder.iterdir():
        found[int(path.name)] = [line.split()[0] for line in path.read_text().splitlines()]
    return found


def _workers(folder: Path) -> set[str]:
    return {name.partition("-")[0] for names in _begun(folder).values() for name in names}


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder


def test_a_slot_that_is_killed_is_started_again_and_its_work_is_done_by_others(tmp_path: Path, notes: Path) -> None:
    with (
        scheduler(tmp_path) as address,
        worker(tmp_path, address, "--unsafe", "--slots", "2") as one,
        ClusterPool(address) as pool,
    ):
        wait_for_slots(pool, 2)
        told = list[int]()
        futures = [pool.submit(noted, str(notes), number, 0.4) for number in range(16)]
        for future in futures:
            future.add_done_callback(lambda each: told.append(each.result()))
        until(lambda: len(told) > 3)
        one.slots()[0].kill()
        assert [future.result(60) for future in futures] == list(range(16))
        until(lambda: len(told) >= 16)  # results can be had a moment before this is told
        assert sorted(told) == list(range(16))  # each once, as seen from here
        assert set(_begun(notes)) == set(range(16))
        wait_for_slots(pool, 2)
        one.wait_for("(SIGKILL) and is started again")
        assert len(pool.notices) == 1
        assert "is gone; what it was at is done by others" in pool.notices[0]


def test_a_whole_machine_that_is_killed_leaves_nothing_undone_and_nothing_behind(tmp_path: Path, notes: Path) -> None:
    with (
        scheduler(tmp_path) as address,
        worker(tmp_path, address, "--unsafe", "--slots", "1", name="one"),
        worker(tmp_path, address, "--unsafe", "--slots", "1", name="two") as two,
        ClusterPool(address) as pool,
    ):
        wait_for_slots(pool, 2)
        futures = [pool.submit(noted, str(notes), number, 0.4) for number in range(12)]
        until(lambda: _workers(notes) == {"one", "two"})
        slots = two.slots()
        two.process.send_signal(signal.SIGKILL)
        assert [future.result(60) for future in futures] == list(range(12))
        _, alive = psutil.wait_procs(slots, timeout=30)
        assert not alive  # they end with what started them


def test_a_worker_that_is_told_to_end_hands_its_work_over(tmp_path: Path, notes: Path) -> None:
    with (
        scheduler(tmp_path) as address,
        worker(tmp_path, address, "--unsafe", "--slots", "1", name="one"),
        worker(tmp_path, address, "--unsafe", "--slots", "2", name="two") as two,
        ClusterPool(address) as pool,
    ):
        wait_for_slots(pool, 3)
        futures = [pool.submit(noted, str(notes), number, 0.5) for number in range(12)]
        until(lambda: "two" in _workers(notes))
        assert two.end(signal.SIGINT) == 0
        assert [future.result(60) for future in futures] == list(range(12))


def test_a_worker_that_joins_in_mid_run_gets_work(tmp_path: Path, notes: Path) -> None:
    with (
        scheduler(tmp_path) as address,
        worker(tmp_path, address, "--unsafe", "--slots", "1", name="one"),
        ClusterPool(address) as pool,
    ):
        wait_for_slots(pool, 1)
        futures = [pool.submit(noted, str(notes), number, 0.3) for number in range(400)]
        until(futures[0].done)
        with worker(tmp_path, address, "--unsafe", "--slots", "1", name="two"):
            until(lambda: _workers(notes) == {"one", "two"})
            done = {number: each for number, each in enumerate(futures) if not each.cancel()}
            assert all(each.result(60) == number for number, each in done.items())
        assert {number: len(names) for number, names in _begun(notes).items()} == dict.fromkeys(done, 1)


def test_the_work_of_a_worker_whose_wire_is_cut_is_done_by_others(tmp_path: Path, notes: Path) -> None:
    with scheduler(tmp_path, environment=QUICK) as address:
        host, port = address.removeprefix("tcp://").split(":")
        with (
            Wire(host, int(port)) as wire,
            worker(tmp_path, address, "--unsafe", "--slots", "1", name="one"),
            worker(tmp_path, wire.address, "--unsafe", "--slots", "1", name="far"),
            ClusterPool(address) as pool,
        ):
            wait_for_slots(pool, 2)
            futures = [pool.submit(noted, str(notes), number, 0.4) for number in range(12)]
            until(lambda: _workers(notes) == {"one", "far"})
            wire.cut()
            assert [future.result(90) for future in futures] == list(range(12))
            until(lambda: any("far-1.1 is gone" in notice for notice in pool.notices))


def test_a_worker_that_was_taken_for_dead_joins_anew_and_a_retired_one_stays_away(tmp_path: Path) -> None:
    with (
        scheduler(tmp_path, environment=QUICK) as address,
        worker(tmp_path, address, "--unsafe", "--slots", "1") as one,
        ClusterPool(address) as pool,
    ):
        wait_for_slots(pool, 1)
        slot = one.slots()[0]
        slot.suspend()
        wait_for_slots(pool, 0)
        slot.resume()
        wait_for_slots(pool, 1)
        assert pool.submit(where, 0).result(60)[0] == "one-1.2"
        one.wait_for("took it for dead) and is started again")
        with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            client.retire_workers(names=["one-1.2"], close_workers=True)
        assert one.process.wait(60) == 0
