"""What a quiz says is run: a key that its code does not bear out is found."""

from __future__ import annotations

import msgspec
import pytest

from autograder.errors import CourseError
from autograder.quiz.prove import disproved, prove
from autograder.quiz.records import Quiz
from autograder.quiz.source import load_quiz, quiz_names
from autograder.tests.quiz.support import COURSE, SMALL, small

BROKEN = {
    "another output": ("1 [1, 1]\n", "1 [1, 2]\n", "question printed: its code prints"),
    "code that raises": ("print(row, [row] * 2)", "print(rows)", "NameError: name 'rows' is not defined"),
    "an answer that is not what the proof finds": (
        '"H * each"',
        '"H * each + 1"',
        "question number-of-scores: its proof",
    ),
    "a line that was right": ("total -= number", "total += number", "nothing is wrong with it"),
    "a line that mends nothing": (
        '"    total += number"',
        '"    total -= 2 * number"',
        "with the mended line its proof still",
    ),
    "another line": ("line = 3", "line = 2", "with the mended line its proof still fails"),
}


def test_nothing_is_wrong_with_the_small_quiz() -> None:
    assert list(disproved(small())) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_key_that_is_not_so_is_found(name: str) -> None:
    old, new, words = BROKEN[name]
    assert old in SMALL
    broken = msgspec.toml.decode(SMALL.replace(old, new), type=Quiz)
    found = list(disproved(broken))
    assert len(found) == 1
    assert words in found[0]
    with pytest.raises(CourseError, match=r"quizzes/small-post\.toml: question"):
        prove(broken, "small-post")


def test_the_variant_that_fails_is_named() -> None:
    broken = msgspec.toml.decode(SMALL.replace('"H * each"', '"H * 25"'), type=Quiz)
    assert "'T': 7" in next(disproved(broken))


@pytest.mark.parametrize("name", quiz_names(COURSE))
def test_every_quiz_of_the_course_is_borne_out(name: str) -> None:
    prove(load_quiz(COURSE, name), name)
