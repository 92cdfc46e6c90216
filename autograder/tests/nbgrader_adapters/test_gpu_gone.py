"""What comes of a submission whose second part, on a GPU, cannot be done."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from autograder.executors import NoGpu, WorkerLost
from autograder.nbgrader_adapters.sending import _Chained
from autograder.work import Done

FIRST, SECOND = Done({"part": 1}, b""), Done({"part": 2}, b"")


def over(result: Done | Exception) -> Future[Done]:
    future: Future[Done] = Future()
    if isinstance(result, Done):
        future.set_result(result)
    else:
        future.set_exception(result)
    return future


def test_the_second_part_is_the_result() -> None:
    assert _Chained(over(FIRST), lambda _: over(SECOND)).result() == SECOND


def test_when_the_last_gpu_has_gone_what_was_found_without_one_stands() -> None:
    assert _Chained(over(FIRST), lambda _: over(NoGpu("None has a GPU."))).result() == FIRST


def test_any_other_error_in_the_second_part_is_told() -> None:
    with pytest.raises(WorkerLost):
        _Chained(over(FIRST), lambda _: over(WorkerLost("They were lost."))).result()
