"""Comparators: what must pass passes, and nothing that only looks right does."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.checks import CheckFailed, close, fail, same, shaped
from autograder.checks.compare import describe

NAN, INF = math.nan, math.inf
RANGE = torch.arange(4.0)


def failure_of(compare: Any, actual: object, expected: object, **options: Any) -> str:
    """What came back, in the words of the failure."""
    with pytest.raises(CheckFailed) as caught:
        compare(actual, expected, "the right answer", **options)
    assert caught.value.expected == "the right answer"
    assert caught.value.subject is actual
    return caught.value.came_back


EQUAL = [
    torch.tensor(2.5),
    torch.zeros(0),
    torch.zeros(2, 0, 3),
    torch.tensor([1.0, INF, -INF]),
    torch.randn(3, 4, dtype=torch.float64),
    torch.randn(3, 4).bfloat16(),
    torch.randn(3, 4).half(),
    torch.tensor([True, False]),
    torch.tensor([2**40, -3]),
    torch.randn(4, 3).T,
    torch.ones(1, 3).expand(2, 3),
]


@pytest.mark.parametrize("tensor", EQUAL, ids=describe)
def test_equal_tensors_pass(tensor: torch.Tensor) -> None:
    close(tensor.clone(), tensor, "")
    same(tensor.clone(), tensor, "")


@pytest.mark.parametrize(
    "wrong",
    [
        torch.zeros(0, 1),  # torch.allclose calls this equal to four numbers
        torch.zeros(0),
        torch.tensor(0.0),
        torch.arange(4.0)[None],
        torch.arange(4.0)[:, None],
        torch.arange(4.0).repeat(2),
        torch.arange(3.0),
        torch.arange(4.0).double(),
        torch.arange(4.0).half(),
        torch.arange(4),
        torch.arange(4) > 0,
        0.0,
        0,
        True,
        None,
        "0",
        [0.0, 1.0, 2.0, 3.0],
        (torch.arange(4.0),),
        {"a": torch.arange(4.0)},
        object(),
    ],
    ids=describe,
)
def test_what_only_looks_like_the_answer_fails(wrong: object) -> None:
    for compare in (close, same):
        assert "expected" in failure_of(compare, wrong, RANGE)


@given(st.lists(st.integers(0, 3), max_size=3), st.lists(st.integers(0, 3), max_size=3))
@settings(max_examples=60)
def test_nothing_broadcasts(shape: list[int], other: list[int]) -> None:
    if shape != other:
        failure_of(close, torch.ones(shape), torch.ones(other))
        failure_of(same, torch.ones(shape), torch.ones(other))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16], ids=str)
@pytest.mark.parametrize("odd", [NAN, INF, -INF, 1.5])
def test_one_odd_value_among_many_fails(dtype: torch.dtype, odd: float) -> None:
    wrong = torch.ones(2, 3, 4, dtype=dtype)
    wrong[1, 2, 0] = odd
    for compare in (close, same):
        message = failure_of(compare, wrong, torch.ones(2, 3, 4, dtype=dtype))
        assert "1 of 24" in message
        assert "index (1, 2, 0)" in message


@pytest.mark.parametrize("infinite", [INF, -INF])
@pytest.mark.parametrize("finite", [0.0, 1e30, -1e30])
def test_nothing_finite_is_close_to_infinity(infinite: float, finite: float) -> None:
    failure_of(close, torch.tensor([finite]), torch.tensor([infinite]))
    failure_of(close, torch.tensor([infinite]), torch.tensor([finite]))
    failure_of(close, torch.tensor([infinite]), torch.tensor([-infinite]))


def test_nan_is_never_right_even_where_it_is_expected() -> None:
    nan = torch.tensor([NAN])
    failure_of(close, nan, nan)
    failure_of(same, nan, nan)
    failure_of(same, NAN, NAN)
    with pytest.raises(AssertionError, match="the check is broken") as caught:
        close(torch.ones(1), nan, "")
    assert not isinstance(caught.value, CheckFailed)


def test_tolerances_are_the_dtypes_own() -> None:
    for dtype, near, far in [
        (torch.float64, 1e-7, 1e-5),
        (torch.float32, 5e-5, 1e-3),
        (torch.float16, 5e-3, 5e-2),
        (torch.bfloat16, 2e-2, 0.2),
    ]:
        one = torch.ones(3, dtype=dtype)
        close(one + near, one, "")
        failure_of(close, one + far, one)


def test_tolerances_can_be_given() -> None:
    close(torch.tensor([1.4]), torch.tensor([1.0]), "", atol=0.5)
    failure_of(close, torch.tensor([1.0 + 2e-5]), torch.tensor([1.0]), rtol=0.0, atol=0.0)
    failure_of(close, torch.tensor([3]), torch.tensor([4]))


def test_same_knows_types_apart() -> None:
    for value in (None, True, 3, 3.5, "text", (1, 2), [1], {"a": 1}):
        same(value, value, "")
    for wrong, right in [(1, True), (1.0, 1), (None, False), ("1", 1), ([1], (1,)), (torch.tensor(1), 1)]:
        failure_of(same, wrong, right)
    assert failure_of(same, 4, 5) == "4 where 5 was expected"


def test_shaped_gives_the_tensor_back() -> None:
    tensor = torch.ones(2, 3)
    assert shaped(tensor, (2, 3), "") is tensor
    assert shaped(tensor, [2, 3], "", torch.float32) is tensor
    assert "(2, 3)" in failure_of(shaped, tensor, (3, 2))
    assert "float64" in failure_of(shaped, tensor, (2, 3), dtype=torch.float64)


def test_fail_says_what_it_is_told() -> None:
    with pytest.raises(CheckFailed) as caught:
        fail("it {moved}", "no move", 3)
    error = caught.value
    assert error.template.format(called="f", came_back=error.came_back, expected=error.expected) == (
        "it {moved}. Expected: no move."
    )


@pytest.mark.parametrize("actual", [torch.tensor([1234.5, 7.0]), torch.tensor([[1234.5]]), (torch.tensor(1234.5),)])
def test_messages_show_no_values_of_tensors(actual: object) -> None:
    for compare in (close, same):
        message = failure_of(compare, actual, torch.tensor([8765.25, 7.0]))
        assert "1234" not in message
        assert "8765" not in message


def test_values_are_described_in_few_words() -> None:
    wide: object = torch.zeros(1)
    for _ in range(8):
        wide = [wide] * 8
    assert len(describe(wide)) < 2000
    assert len(describe("x" * 10**7)) <= 80
    assert describe((torch.zeros(2, 3), None, [1])) == "(float32 (2, 3), None, [1])"
    assert describe({"secret": 1}) == "a dict"
