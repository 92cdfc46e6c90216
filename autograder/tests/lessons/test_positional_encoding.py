"""What the lesson `positional-encoding` claims, measured by its own cells."""

from __future__ import annotations

import pytest

from autograder.tests.lessons.run import run_lesson


@pytest.fixture(scope="module")
def measured() -> dict[str, float]:
    return run_lesson("positional-encoding").measured


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_without_positions_order_is_lost_to_attention_but_not_to_a_gru(measured: dict[str, float]) -> None:
    assert 0.45 < measured["no positions, self-attention"] < 0.55
    assert measured["no positions, GRU"] > 0.95


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("way", ["fixed positions", "trainable positions"])
def test_with_positions_order_is_learnt(measured: dict[str, float], way: str) -> None:
    assert measured[way] > 0.95


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_beyond_the_trained_length_both_ways_fail_and_the_table_at_once(measured: dict[str, float]) -> None:
    assert measured["trainable positions, 28 words"] < 0.85
    assert measured["fixed positions, 28 words"] > measured["trainable positions, 28 words"] + 0.03
    assert measured["fixed positions, 60 words"] < 0.9


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_rotary_carries_further_and_not_for_ever(measured: dict[str, float]) -> None:
    assert measured["rotary, 40 words"] > measured["fixed positions, 40 words"] + 0.03
    assert measured["rotary, 60 words"] < measured["rotary, 20 words"] - 0.02


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_lesson_takes_less_than_five_minutes() -> None:
    assert run_lesson("positional-encoding").seconds < 300
