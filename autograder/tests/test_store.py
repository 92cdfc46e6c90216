"""Results by content: what is kept is found, what cannot be believed is dropped, and no disk stops a run."""

from __future__ import annotations

import errno
import json
import os
import threading
import zlib
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

import pytest

from autograder import work as work_module
from autograder.course import Course
from autograder.model import CheckResult, ExerciseResult, Report, Verdict
from autograder.sandbox.limits import Limits
from autograder.store import Store
from autograder.work import Done, Work

WORK = Work("tiny", "0123456789ab", b"k" * 32, b'{"cells": []}')
REPORT = Report(
    "tiny",
    "0123456789ab",
    "namespaces",
    "cpu",
    (ExerciseResult("double", 2.0, (CheckResult("test_it", "“Twice” – 2 × x", Verdict.PASSED, core=True),)),),
)
DONE = Done(json.loads(json.dumps(REPORT.to_json())), '{"cells": ["wörter"]}'.encode(), 1.5)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path)


@pytest.fixture
def store(course: Course) -> Store:
    return Store(course)


def files(course: Course) -> list[Path]:
    return [path for path in (course.state / "results").rglob("*") if path.is_file()]


def of(number: int) -> Work:
    """Different pieces of work."""
    return replace(WORK, notebook=f'{{"cells": [{number}]}}'.encode())


# What is kept


def test_what_was_saved_is_found_by_who_asks_for_the_same(store: Store, course: Course) -> None:
    assert store.load(WORK) is None
    store.save(WORK, DONE)
    assert store.load(WORK) == DONE
    assert Store(course).load(replace(WORK)) == DONE
    assert [path.name for path in files(course)] == [WORK.content]


def test_it_is_closed_to_others(store: Store, course: Course) -> None:
    store.save(WORK, DONE)
    assert course.state.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "other",
    [
        replace(WORK, assignment="other"),
        replace(WORK, version="ba9876543210"),
        replace(WORK, key=b"l" * 32),
        replace(WORK, notebook=b'{"cells": [1]}'),
        replace(WORK, device="cuda"),
        replace(WORK, limits=Limits().changed({"cell_seconds": 7})),
        replace(WORK, unsafe=True),
        replace(WORK, earlier=DONE.report),
    ],
    ids=["assignment", "version", "key", "notebook", "device", "limits", "unsafe", "earlier"],
)
def test_whatever_decides_a_grade_makes_it_another_piece_of_work(store: Store, other: Work) -> None:
    store.save(WORK, DONE)
    assert other.content != WORK.content
    assert store.load(other) is None


def test_another_code_makes_it_another_piece_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    before = replace(WORK).content
    monkeypatch.setattr(work_module, "code", lambda: "9.9.9+feedface")
    assert replace(WORK).content != before


def test_another_torch_makes_it_another_piece_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    before = replace(WORK).content
    with monkeypatch.context() as upgraded:
        upgraded.setattr("importlib.metadata.version", lambda name: "99.0+cpu")
        work_module.surroundings.cache_clear()
        assert replace(WORK).content != before
    work_module.surroundings.cache_clear()
    assert replace(WORK).content == before


def test_what_decides_no_grade_makes_no_difference() -> None:
    """Whoever adds a field to `Work` has to say here on which side it is."""
    same = replace(WORK, modules=("torch",), hidden=("/somewhere",))
    assert same.content == WORK.content
    deciding = {"assignment", "version", "key", "notebook", "device", "limits", "unsafe", "earlier"}
    assert set(WORK.__dataclass_fields__) == deciding | {"modules", "hidden"}


def test_the_key_cannot_be_read_from_the_name() -> None:
    assert WORK.key.hex() not in WORK.content


# What cannot be believed


def test_a_byte_that_was_changed_anywhere_is_noticed_and_the_file_dropped(store: Store, course: Course) -> None:
    store.save(WORK, DONE)
    (path,) = files(course)
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x40]) + whole[place + 1 :])
        assert store.load(WORK) is None, place
        assert not path.exists(), place


def test_a_file_that_was_cut_anywhere_is_noticed_and_dropped(store: Store, course: Course) -> None:
    store.save(WORK, DONE)
    (path,) = files(course)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert store.load(WORK) is None, length
        assert not path.exists(), length


def _packed(name: str, record: Any) -> bytes:
    body = zlib.compress(json.dumps(record).encode())
    return sha256(name.encode() + b"\0" + body).digest() + body


def _record(**changed: Any) -> dict[str, Any]:
    return {"report": DONE.report, "notebook": "{}", "seconds": 0.0} | changed


@pytest.mark.parametrize(
    "record",
    [
        _record(report=replace(REPORT, version="ba9876543210").to_json()),
        _record(report=replace(REPORT, assignment="other").to_json()),
        _record(report={}),
        {"report": DONE.report},
        [],
        "report",
        None,
    ],
    ids=["another version", "another assignment", "no report", "fields are missing", "a list", "a word", "null"],
)
def test_a_whole_file_with_something_else_in_it_is_dropped(store: Store, course: Course, record: Any) -> None:
    store.save(WORK, DONE)
    (path,) = files(course)
    path.write_bytes(_packed(path.name, record))
    assert store.load(WORK) is None
    assert not path.exists()


@pytest.mark.parametrize("other", [replace(WORK, version="ba9876543210"), replace(WORK, notebook=b"{}")])
def test_a_result_of_another_is_not_taken_for_one_s_own(store: Store, course: Course, other: Work) -> None:
    """By whatever accident it came to be called so."""
    store.save(WORK, DONE)
    (path,) = files(course)
    place = path.parents[1] / other.content[:2] / other.content
    place.parent.mkdir(exist_ok=True)
    path.rename(place)
    assert store.load(other) is None


# What is dropped


def test_what_has_not_been_used_for_longest_goes_first(store: Store, course: Course) -> None:
    for number in range(4):
        store.save(of(number), DONE)
        (path,) = [each for each in files(course) if each.name == of(number).content]
        os.utime(path, (number, number))
    store.load(of(0))  # is the one that was used last, now
    size = files(course)[0].stat().st_size
    Store(course, most=2 * size).trim()
    assert [number for number in range(4) if store.load(of(number))] == [0, 3]


def test_a_store_that_is_small_enough_is_left_alone(store: Store, course: Course) -> None:
    store.trim()  # there is none yet
    store.save(WORK, DONE)
    store.trim()
    assert store.load(WORK) == DONE


def test_all_of_it_can_be_dropped(store: Store, course: Course) -> None:
    assert store.clear() == 0
    store.save(of(1), DONE)
    store.save(of(2), DONE)
    kept = sum(path.stat().st_size for path in files(course))
    assert store.clear() == kept
    assert files(course) == []
    assert store.load(of(1)) is None
    store.save(of(1), DONE)
    assert store.load(of(1)) == DONE


# What goes wrong


def _full(*_: object, **__: object) -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("step", ["mkdir", "write_bytes", "replace"])
def test_a_full_disk_is_survived_and_leaves_nothing(
    store: Store, course: Course, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    (course.state / "results").mkdir()
    with monkeypatch.context() as full:
        full.setattr(Path, step, _full)
        store.save(WORK, DONE)
    assert files(course) == []
    store.save(WORK, DONE)
    assert store.load(WORK) == DONE


def test_a_disk_that_is_full_half_way_leaves_no_half(
    store: Store, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_bytes

    def half(path: Path, data: bytes) -> NoReturn:
        write(path, data[: len(data) // 2])
        _full()

    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", half)
        store.save(WORK, DONE)
    assert files(course) == []


@pytest.mark.parametrize("obstacle", ["results", f"results/{WORK.content[:2]}"])
def test_a_store_whose_place_is_taken_keeps_nothing_and_stops_nobody(
    store: Store, course: Course, obstacle: str
) -> None:
    path = course.state / obstacle
    path.parent.mkdir(exist_ok=True)
    path.write_text("not a folder")
    store.save(WORK, DONE)
    assert store.load(WORK) is None
    store.trim()


def _all_at_once(*tasks: Callable[[], None]) -> None:
    """Runs them in threads that begin together."""
    ready, errors = threading.Barrier(len(tasks)), list[BaseException]()

    def run(task: Callable[[], None]) -> None:
        ready.wait(30)
        try:
            task()
        except BaseException as error:  # noqa: BLE001 # told below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert errors == []


def test_two_that_save_the_same_and_two_that_read_it_never_meet_half_of_it(store: Store, course: Course) -> None:
    seen: list[Done | None] = []

    def save() -> None:
        for _ in range(100):
            store.save(WORK, DONE)

    def load() -> None:
        seen.extend(store.load(WORK) for _ in range(100))

    _all_at_once(save, save, load, load)
    assert [each for each in seen if each not in (None, DONE)] == []
    assert store.load(WORK) == DONE
    assert [path.name for path in files(course)] == [WORK.content]
