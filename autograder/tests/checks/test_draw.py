"""Secret randomness: the same key gives the same values, another key others."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks.draw import Draw, derive


def everything(key: bytes) -> list[object]:
    draw = Draw(key)
    tensors = [draw.normal(3, 2), draw.uniform(4), draw.integers(0, 1000, (5,)), draw.boolean(20)]
    return [*(tensor.tolist() for tensor in tensors), draw.sizes(3), draw.choice(range(1000))]


def test_the_same_key_draws_the_same() -> None:
    assert everything(b"a" * 32) == everything(b"a" * 32)


def test_another_key_draws_otherwise() -> None:
    for one, other in zip(everything(b"a" * 32), everything(b"b" * 32), strict=True):
        assert one != other


def test_keys_follow_from_the_secret_and_every_name() -> None:
    keys = {derive(b"s", "v1", "softmax", "test"), derive(b"t", "v1", "softmax", "test"), derive(b"s", "v2", "softmax")}
    keys |= {derive(b"s", "v1", "softmaxtest"), derive(b"s", "v1softmax", "test")}
    assert len(keys) == 5
    assert all(len(key) == 32 for key in keys)
    assert derive(b"s", "a") == derive(b"s", "a")


def test_drawing_leaves_the_global_generators_alone() -> None:
    before = torch.random.get_rng_state()
    everything(b"a" * 32)
    assert torch.equal(torch.random.get_rng_state(), before)


@given(st.binary(min_size=32, max_size=32), st.integers(1, 6))
def test_sizes_are_all_different_and_within_bounds(key: bytes, n: int) -> None:
    sizes = Draw(key).sizes(n, low=3, high=8)
    assert len(set(sizes)) == n
    assert min(sizes) >= 3
    assert max(sizes) <= 8


def test_both_bounds_are_drawn() -> None:
    assert sorted(Draw(b"a" * 32).sizes(4, low=2, high=5)) == [2, 3, 4, 5]


def test_more_sizes_than_there_are_is_a_broken_check() -> None:
    with pytest.raises(ValueError, match=r"[Ss]ample"):
        Draw(b"a" * 32).sizes(9, low=2, high=5)


def test_values_lie_where_they_should() -> None:
    draw = Draw(b"a" * 32)
    assert draw.normal(3, dtype=torch.float64).dtype == torch.float64
    assert 80 < draw.normal(1000, scale=100.0).std() < 120
    uniform = draw.uniform(1000)
    assert uniform.min() >= 0
    assert uniform.max() < 1
    integers = draw.integers(2, 5, [1000])
    assert set(integers.tolist()) == {2, 3, 4}
    assert integers.dtype == torch.int64
    assert 0.1 < draw.boolean(1000, p=0.2).float().mean() < 0.3
    assert draw.boolean(2, 3).dtype == torch.bool
    assert draw.choice(["a"]) == "a"
