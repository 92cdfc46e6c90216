"""The pool of a cluster on a real scheduler and real workers, with light work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, wait
from pathlib import Path

import pytest

from autograder.errors import CourseError, UsageError
from autograder.executors import NoGpu, Pool, WorkerLost
from autograder.executors.cluster import ClusterPool
from autograder.executors.dispatcher import Dispatcher, NoScheduler, NoWorker, Piece
from autograder.tests.executors.hub import scheduler, until, wait_for_slots, worker
from autograder.tests.executors.pieces import Light, doubled, end_the_process, fail, length, where

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler with a worker of two slots."""
    folder = tmp_path_factory.mktemp("cluster")
    with scheduler(folder) as address, worker(folder, address, "--unsafe", "--slots", "2") as two:
        two.wait_for("2 of 2 slots grade")
        yield address


@pytest.fixture
def pool(address: str) -> Iterator[ClusterPool]:
    with ClusterPool(address, patience=20) as pool:
        wait_for_slots(pool, 2)
        yield pool


def test_it_is_a_pool(pool: ClusterPool) -> None:
    seen: Pool = pool
    assert (seen.slots, seen.has_gpu, seen.notices) == (2, False, [])


def test_every_future_has_its_own_result(pool: ClusterPool) -> None:
    futures = [pool.submit(doubled, Light(number)) for number in range(60)]
    assert [future.result(60) for future in futures] == [2 * number for number in range(60)]


def test_both_slots_work_at_the_same_time_and_in_processes_of_their_own(pool: ClusterPool) -> None:
    found = [future.result(60) for future in [pool.submit(where, 0.3) for _ in range(6)]]
    assert len({process for _, process, _ in found}) == 2
    assert {name for name, _, _ in found} == {"one-1.1", "one-2.1"}


def test_workers_are_in_a_folder_that_is_no_course(pool: ClusterPool) -> None:
    _, _, folder = pool.submit(where, 0).result(60)
    assert not Path(folder, "nbgrader_config.py").exists()
    assert Path(folder).name == "one"


def test_shared_bytes_take_the_place_of_what_stands_for_them(pool: ClusterPool) -> None:
    parcel = pool.share(b"x" * 3_000_000)
    assert len(repr(parcel)) < 200  # this is what travels with each piece
    futures = [pool.submit(length, parcel, Light(number)) for number in range(20)]
    assert [future.result(60) for future in futures] == [3_000_000 + number for number in range(20)]


@pytest.fixture
def deliveries(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """To whom which shared bytes were brought."""
    found, bring = list[tuple[str, str]](), Dispatcher._bring

    async def brought(dispatcher: Dispatcher, address: str, digest: str) -> None:
        found.append((address, digest))
        await bring(dispatcher, address, digest)

    monkeypatch.setattr(Dispatcher, "_bring", brought)
    return found


def test_shared_bytes_travel_once_to_each_worker(pool: ClusterPool, deliveries: list[tuple[str, str]]) -> None:
    parcels = [pool.share(bytes([letter]) * 1000) for letter in b"ab"]
    futures = [pool.submit(length, parcels[number % 2], Light(0)) for number in range(30)]
    assert all(future.result(60) == 1000 for future in futures)
    assert len(deliveries) == len(set(deliveries)) <= 2 * pool.slots


def test_shared_bytes_that_a_worker_kept_no_longer_are_brought_again(
    pool: ClusterPool, deliveries: list[tuple[str, str]]
) -> None:
    parcels = [pool.share(b"many" * number) for number in range(1, 20)]  # more than a worker keeps
    for _ in range(3):  # so that each of the two slots has had them all
        for number, parcel in enumerate(parcels, start=1):
            assert pool.submit(length, parcel, Light(0)).result(60) == 4 * number
    assert len(deliveries) > len(set(deliveries))


def test_what_the_function_raises_comes_back_and_is_not_tried_again(pool: ClusterPool) -> None:
    with pytest.raises(CourseError, match="the release is missing"):
        pool.submit(fail).result(60)


def test_callbacks_and_waiting_work_as_with_any_executor(pool: ClusterPool) -> None:
    told = list[int]()
    futures = [pool.submit(doubled, Light(number)) for number in range(5)]
    for future in futures:
        future.add_done_callback(lambda each: told.append(each.result()))
    assert not wait(futures, 60).not_done
    assert sorted(told) == [0, 2, 4, 6, 8]


def test_what_is_not_out_yet_can_be_cancelled(pool: ClusterPool) -> None:
    futures = [pool.submit(where, 0.5) for _ in range(8)]
    until(futures[0].running)
    assert not futures[0].cancel()
    assert futures[-1].cancel()
    assert [future.cancelled() for future in futures] == [False] * 7 + [True]
    assert futures[0].result(60)[0].startswith("one-")


def test_ending_it_waits_for_what_runs_and_cancels_the_rest(address: str) -> None:
    pool = ClusterPool(address)
    wait_for_slots(pool, 2)
    futures = [pool.submit(where, 0.5) for _ in range(9)]
    until(futures[0].running)
    pool.shutdown(cancel_futures=True)
    assert futures[0].result(0)
    assert futures[-1].cancelled()
    assert all(future.done() for future in futures)
    with pytest.raises(RuntimeError, match="no more work"):
        pool.submit(where, 0)


def test_stopping_it_waits_for_nothing(address: str) -> None:
    pool = ClusterPool(address)
    wait_for_slots(pool, 2)
    futures = [pool.submit(where, 3) for _ in range(5)]
    until(futures[0].running)
    pool.stop()
    pool.stop()
    for future in futures:
        with pytest.raises(CancelledError):
            future.result(0)


def test_a_gpu_is_asked_for_by_name_alone(pool: ClusterPool, address: str) -> None:
    assert (pool.first_device("auto"), pool.first_device("cpu")) == ("cpu", "cpu")
    with pytest.raises(UsageError, match=f"None of the workers at {address} has a GPU"):
        pool.first_device("cuda")


def test_work_for_a_gpu_waits_for_one(pool: ClusterPool) -> None:
    waiting = pool.submit(doubled, Light(1, device="cuda"))
    assert pool.submit(doubled, Light(4)).result(60) == 8  # it holds nobody else up
    assert waiting.cancel()


def test_work_for_a_gpu_is_given_up_when_none_comes(address: str) -> None:
    with ClusterPool(address, patience=2) as pool:
        waiting = pool.submit(doubled, Light(1, device="cuda"))
        with pytest.raises(NoGpu, match=f"None of the workers of {address} has had a GPU for "):
            waiting.result(60)


def test_a_piece_that_no_worker_survives_is_given_up(tmp_path: Path) -> None:
    quick = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    with (
        scheduler(tmp_path, environment=quick) as address,
        worker(tmp_path, address, "--unsafe", "--slots", "1") as one,
    ):
        with ClusterPool(address) as pool:
            with pytest.raises(WorkerLost, match=r"were lost, 2 times over; the last of them was one-1\.2"):
                pool.submit(end_the_process).result(60)
            assert pool.submit(doubled, Light(3)).result(60) == 6
            assert any("one-1.1 is gone" in notice for notice in pool.notices)
        assert "slot 1 ended (exit code 9) and is started again" in one.said


def test_without_a_scheduler_one_sentence_says_so() -> None:
    with pytest.raises(NoScheduler, match=r"No scheduler answers at tcp://127\.0\.0\.1:9: "):
        ClusterPool("tcp://127.0.0.1:9")


def test_a_scheduler_that_ends_fails_what_was_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.executors.dispatcher._CONNECTING", 2.0)
    with scheduler(tmp_path) as address, worker(tmp_path, address, "--unsafe", "--slots", "1") as one:
        one.wait_for("slots grade")
        pool = ClusterPool(address)
        pending = pool.submit(where, 30)
        until(pending.running)
    with pytest.raises(NoScheduler, match="is lost; what was graded is kept"):
        pending.result(60)
    pool.shutdown()
    assert one.process.returncode == 0


def test_without_workers_it_waits_so_long_and_no_longer(tmp_path: Path) -> None:
    with (
        scheduler(tmp_path) as address,
        ClusterPool(address, patience=2) as pool,
        pytest.raises(NoWorker, match=r"No worker has joined .* start some by autograder worker tcp://"),
    ):
        pool.submit(where, 0).result(60)


def test_who_waits_for_a_worker_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.executors.roster.GRACE", 0.5)
    said = list[str]()
    with scheduler(tmp_path) as address, ClusterPool(address, say=said.append) as pool:
        waiting = pool.submit(where, 0)
        until(lambda: said)
        assert "start some by autograder worker tcp://" in said[0]
        assert said[0].endswith("Until then this waits, for 10 min at most.")
        assert waiting.cancel()


def test_what_is_given_up_before_it_was_begun_leaves_nothing_to_wait_for(pool: ClusterPool) -> None:
    async def give_up_at_once() -> None:
        pool._dispatcher.take_in(piece)
        await pool._dispatcher.give_up(NoWorker("nobody"))
        assert not pool._dispatcher._has_work()

    piece = Piece(where, (30,), {}, Future())
    pool._wait_for(give_up_at_once())
    with pytest.raises(NoWorker):
        piece.future.result(0)


def test_an_error_nobody_thought_of_is_heard_of_by_who_waits(
    pool: ClusterPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = pool.submit(doubled, Light(1, device="cuda"))
    monkeypatch.setattr(pool._roster, "update", lambda workers: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        waiting.result(60)


def test_what_travels_is_the_piece_alone(pool: ClusterPool) -> None:
    """Nothing of the pool's own (the parcels above all) is in what is sent with each piece."""
    parcel = pool.share(b"secret" * 100)
    sent = json.dumps(repr((parcel, Light(1))))
    assert "secretsecret" not in sent
