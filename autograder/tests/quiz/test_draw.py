"""What is drawn, and that no draw looks at a key."""

from __future__ import annotations

import hashlib
from collections import Counter

import msgspec
import pytest

from autograder.errors import CourseError
from autograder.quiz.ask import ask, computed, filled
from autograder.quiz.draw import drawn_variants, marked, practised, shown_order, variants
from autograder.quiz.public import numbers_for
from autograder.quiz.records import Order
from autograder.quiz.shown import scrambled
from autograder.quiz.source import load_quiz, quiz_names
from autograder.tests.quiz.support import COURSE, asked, question, small

QUIZZES = quiz_names(COURSE)


@pytest.mark.parametrize("name", QUIZZES)
def test_what_is_asked_for_marks_is_not_practised(name: str) -> None:
    quiz = load_quiz(COURSE, name)
    for_marks, free = marked(quiz), practised(quiz)
    assert len(for_marks) == quiz.about.ask
    assert {one.id for one in for_marks} | {one.id for one in free} == {one.id for one in quiz.questions}
    assert not {one.id for one in for_marks} & {one.id for one in free}


@pytest.mark.parametrize("name", QUIZZES)
def test_every_concept_has_its_turn(name: str) -> None:
    quiz = load_quiz(COURSE, name)
    counts = Counter(one.concept for one in marked(quiz))
    assert set(counts) == {one.concept for one in quiz.questions}
    assert max(counts.values()) - min(counts.values()) <= 1


@pytest.mark.parametrize("name", QUIZZES)
def test_no_draw_looks_at_the_key(name: str) -> None:
    quiz = load_quiz(COURSE, name)
    other = scrambled(quiz, 3)
    assert [one.id for one in marked(quiz)] == [one.id for one in marked(other)]
    for one, two in zip(quiz.questions, other.questions, strict=True):
        texts, changed = ([choice.text for choice in ask(q, variants(q)[0]).choices] for q in (one, two))
        assert texts == changed


def test_another_edition_draws_other_questions() -> None:
    quiz = load_quiz(COURSE, "attention-post")
    other = msgspec.structs.replace(quiz, about=msgspec.structs.replace(quiz.about, edition="another"))
    assert marked(quiz) != marked(other)


def test_easy_questions_come_first() -> None:
    assert [one.difficulty for one in marked(small())] == [1, 1, 1, 1, 2, 2, 3]


def test_the_right_option_stands_anywhere() -> None:
    keys = Counter(
        str(ask(one, variants(one)[0]).key)
        for name in QUIZZES
        for one in load_quiz(COURSE, name).questions
        if one.__struct_config__.tag == "one" and len(one.options) == 4  # type: ignore[union-attr]
    )
    assert set(keys) == set("ABCD")
    assert max(keys.values()) < 0.5 * keys.total()


def test_numbers_are_a_students_own_and_always_the_same() -> None:
    parameters = question("number-of-scores").parameters
    number = hashlib.sha256(b"bob\nnumber-of-scores\nT").digest()
    assert numbers_for("Bob ", "number-of-scores", parameters)["T"] == (5, 7, 11)[int.from_bytes(number[:8]) % 3]
    drawn = {tuple(numbers_for(f"student {i}", "number-of-scores", parameters).values()) for i in range(60)}
    assert len(drawn) == 6


def test_all_variants_are_known_and_some_are_carried() -> None:
    assert len(variants(question("number-of-scores"))) == 6
    assert len(drawn_variants(question("number-of-scores"), 2)) == 2
    assert drawn_variants(question("word")) == [{}]


def test_a_question_is_asked_with_its_values() -> None:
    one = asked("number-of-scores", H=4, T=7)
    assert one.text == "How many scores do 4 heads compute over 7 tokens?"
    assert one.key == 196
    assert one.why == "Every head compares 7 with 7: 49 scores."
    assert [(slip.answer, slip.why) for slip in one.slips] == [(49, "That is one head of 4.")]


def test_an_order_is_lettered_as_it_is_shown() -> None:
    order = question("order-of-steps")
    assert isinstance(order, Order)
    one = asked("order-of-steps")
    texts = {choice.letter: choice.text for choice in one.choices}
    assert isinstance(one.key, tuple)
    assert [texts[letter] for letter in one.key] == list(order.items)
    assert sorted(shown_order(order)) == [0, 1, 2, 3]


def test_letters_of_several_are_the_right_ones() -> None:
    one = asked("several-of-four")
    assert [choice.letter for choice in one.choices if choice.right] == list(
        one.key if isinstance(one.key, tuple) else ()
    )


@pytest.mark.parametrize("expression", ["__import__('os')", "open('x')", "H.x", "[1]", "True", "1 +"])
def test_an_expression_that_comes_to_no_value_is_a_fault(expression: str) -> None:
    with pytest.raises(CourseError, match="question number-of-scores"):
        computed(question("number-of-scores"), expression, {"H": 2})


def test_a_place_without_a_value_is_told() -> None:
    with pytest.raises(CourseError, match="<<Q>> has no value"):
        filled(question("word"), "a <<Q>>", {})
    assert filled(question("word"), "a << Q >>", {"Q": 0.25}) == "a 0.25"
