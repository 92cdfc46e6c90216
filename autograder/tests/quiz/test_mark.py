"""What an answer earns, by the rule of its kind, and what is said about it."""

from __future__ import annotations

import pytest

from autograder.quiz.mark import mark
from autograder.quiz.public import Answer
from autograder.tests.quiz.support import asked, right_answer, small

KINDS = [one.id for one in small().questions]


def share(name: str, answer: Answer | None, **values: int) -> float:
    return mark(asked(name, **values), answer).share


@pytest.mark.parametrize("name", KINDS)
def test_the_key_earns_all_points_and_nothing_earns_none(name: str) -> None:
    one = asked(name)
    assert mark(one, right_answer(one)).right
    assert mark(one, None).share == 0


def test_one_choice_is_right_or_not() -> None:
    right = right_answer(asked("one-of-three"))
    assert [share("one-of-three", letter) for letter in "ABC"] == [float(letter == right) for letter in "ABC"]


def test_a_wrong_choice_of_several_takes_its_part_away() -> None:
    one = asked("several-of-four")
    right = [choice.letter for choice in one.choices if choice.right]
    wrong = next(choice.letter for choice in one.choices if not choice.right)
    assert share("several-of-four", (right[0],)) == pytest.approx(1 / 3, abs=1e-6)
    assert share("several-of-four", tuple(right[:2])) == pytest.approx(2 / 3, abs=1e-6)
    assert share("several-of-four", (*right[:2], wrong)) == 0
    assert share("several-of-four", (wrong,)) == 0


def test_all_letters_earn_what_none_do() -> None:
    assert share("several-of-four", tuple("ABCD")) == 0


def test_a_number_has_the_room_that_is_stated() -> None:
    assert share("number-of-scores", 50.5, H=2, T=5) == 1
    assert share("number-of-scores", 50.51, H=2, T=5) == 0
    assert share("number-of-scores", float("nan"), H=2, T=5) == 0


@pytest.mark.parametrize("text", ["the keys", "KEYS", "Key", "key vectors", "Key–vectors.", "“keys”", "a key"])
def test_a_text_is_forgiven_what_does_not_count(text: str) -> None:
    assert share("word", text) == 1


@pytest.mark.parametrize("text", ["value", "keys and values", "k", "the", "–"])
def test_another_text_is_another_answer(text: str) -> None:
    assert share("word", text) == 0


def test_spaces_do_not_count_in_what_is_printed() -> None:
    assert share("printed", "0  [0, 0] \n1 [1, 1]") == 1
    assert share("printed", "0 [0,0]\n1[ 1 , 1 ]") == 1
    assert share("printed", "0 [0, 0] 1 [1, 1]") == 0
    assert share("printed", "0 [0 0]\n1 [1 1]") == 0


def test_an_order_is_right_as_a_whole() -> None:
    key = right_answer(asked("order-of-steps"))
    assert isinstance(key, tuple)
    assert share("order-of-steps", key[::-1]) == 0


def test_each_choice_that_was_made_is_explained() -> None:
    one = asked("one-of-three")
    wrong = next(choice for choice in one.choices if not choice.right)
    said = mark(one, wrong.letter).why
    assert len(said) == 2
    assert any(wrong.why in words for words in said)
    assert any("The variance of a dot product" in words for words in said)


def test_an_expected_slip_says_what_led_to_it() -> None:
    assert mark(asked("number-of-scores", H=2, T=5), 25.0).why[0] == "That is one head of 2."
    assert mark(asked("word"), "Values").why[0] == "Values are averaged, later."
    assert mark(asked("word"), "keys").why == ("The answer: the keys. Queries are compared with keys.",)
