"""What the lesson `seq2seq` says of its experiments holds, when its instructor notebook is run whole."""

from __future__ import annotations

import pytest

from autograder.tests.lessons.run import run_lesson


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_lesson_finds_what_it_says() -> None:
    lesson = run_lesson("seq2seq")
    found = lesson.measured
    assert found["attentive, held out at random"] > 0.95
    assert found["plain, held out at random"] > 0.7
    assert found["attentive, combinations held out"] > 0.9
    assert found["plain, combinations held out"] < 0.6
    assert found["attentive, up to 999,999"] > 0.9
    assert found["attentive, longest"] > 0.85
    assert found["plain, shortest"] > 0.2 > found["plain, longest"]
    assert found["twenty looks at place"] > found["five looks at place"] + 2
    assert found["mask, most pads"] > 0.97
    assert found["no mask, most pads"] < found["mask, most pads"] - 0.05
    assert lesson.seconds < 300
