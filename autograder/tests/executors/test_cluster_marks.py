"""A class graded by a cluster: the marks are those of one machine, whatever happens to workers meanwhile."""

from __future__ import annotations

import shutil
import threading
from functools import partial
from pathlib import Path

import pytest

from autograder.course import Assignment, Course
from autograder.executors.cluster import ClusterPool
from autograder.executors.local import LocalPool
from autograder.nbgrader_adapters.grading import grade_class
from autograder.tests import tiny
from autograder.tests.executors.hub import scheduler, until, worker
from autograder.tests.nbgrader_adapters.support import NBGRADER_WARNINGS, hand_in, marks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400), *NBGRADER_WARNINGS]

STUDENTS = {f"right-{number}": f"{tiny.RIGHT}  # {number}" for number in range(4)} | {
    "wrong": tiny.WRONG,
    "partly": tiny.PARTLY,
    "late-crash": f"{tiny.RIGHT}\nimport os",
    "no-python": "def double(x) return",
}


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    assignment = tiny.make_tiny(tmp_path / "course")
    for student, code in STUDENTS.items():
        hand_in(assignment, student, double_code=code)
    return assignment


def _copy(assignment: Assignment, name: str) -> Assignment:
    """The same course elsewhere, with the same secret."""
    root = assignment.course.root.with_name(name)
    assert assignment.course.secret
    shutil.copytree(assignment.course.root, root)
    return Course(root).assignment("tiny")


def test_a_class_gets_the_same_marks_from_a_cluster_that_loses_a_worker_as_from_one_machine(
    assignment: Assignment, tmp_path: Path
) -> None:
    here = _copy(assignment, "here")
    assert grade_class(here.course, [here], pool=partial(LocalPool, 1), device="cpu").complete
    with (
        scheduler(tmp_path) as address,
        worker(tmp_path, address, "--slots", "1", name="one") as one,
        worker(tmp_path, address, "--slots", "1", name="two") as two,
    ):
        one.wait_for("slots grade")
        two.wait_for("slots grade")
        done = list[object]()

        def kill() -> None:
            until(lambda: len(done) > 1)
            two.slots()[0].kill()

        killing = threading.Thread(target=kill)
        killing.start()
        outcome = grade_class(
            assignment.course, [assignment], pool=partial(ClusterPool, address), device="cpu", on_event=done.append
        )
        killing.join()
    assert outcome.complete
    assert len(outcome.submissions) == len(STUDENTS)
    for student in STUDENTS:
        assert marks(assignment.course, student) == marks(here.course, student)
    assert marks(assignment.course, "right-0")["double"].auto == 2
    assert marks(assignment.course, "partly")["double"].auto == 1.5


def test_nothing_of_the_course_but_the_parcel_is_on_a_worker(assignment: Assignment, tmp_path: Path) -> None:
    """Workers are given no secret: what they know is the key of one version of one assignment."""
    secret = assignment.course.secret
    with scheduler(tmp_path) as address, worker(tmp_path, address, "--slots", "1", name="one") as one:
        one.wait_for("slots grade")
        assert grade_class(assignment.course, [assignment], pool=partial(ClusterPool, address), device="cpu").complete
        memory = [_memory_of(each.pid) for each in one.slots()]
    assert all(address.encode() in each for each in memory)  # so it was read
    assert not any(secret in each or secret.hex().encode() in each for each in memory)


def _memory_of(pid: int) -> bytes:
    """What a process has written to its memory, as its parent may read it."""
    found = bytearray()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *_ = line.split()
            first, last = (int(end, 16) for end in span.split("-"))
            if rights.startswith("rw") and not line.endswith(("[vvar]", "[vsyscall]")) and last - first < 2**28:
                try:
                    memory.seek(first)
                    found += memory.read(last - first)
                except OSError:
                    continue
    return bytes(found)
