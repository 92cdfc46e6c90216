from __future__ import annotations

import html
import re
import string
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from nbconvert.filters.strings import clean_html

from autograder.model import Verdict
from autograder.report import sentences, verdict_html, verdict_text
from autograder.tests.report.samples import check, exercise, hostile, report

WRONG = check("b", Verdict.FAILED, message="It is `off`.", misconception="slug", explanation="You forgot\nthe root.")


class Text(HTMLParser):
    """What of a page is text, and which tags it has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)


def test_a_verdict_says_score_checks_message_explanation_and_stamp() -> None:
    found = report(exercise("softmax", check("a"), WRONG), notices=("A cell was mended.",))
    for shown in (verdict_text(found.exercises[0], found), Text(verdict_html(found.exercises[0], found)).text):
        for words in (
            "softmax: 2 of 4 points",
            "Checks passed: 1 of 2.",
            "✗ The title of b. (not yet)",
            "off",
            "✓ The title",
        ):
            assert words in shown
        assert "You forgot the root." in shown
        assert "A cell was mended." in shown
        assert "with the sandbox off" in shown


def test_what_is_left_to_do_comes_first() -> None:
    found = report(exercise("softmax", check("a"), WRONG))
    shown = verdict_text(found.exercises[0], found)
    assert shown.index("✗") < shown.index("✓")


def test_one_reason_is_said_once() -> None:
    wrong = [check(name, Verdict.FAILED, message="It is still the stub.") for name in "abc"]
    found = report(exercise("softmax", *wrong))
    shown = verdict_text(found.exercises[0], found)
    assert shown.count("✗") == 3
    assert shown.count("still the stub") == 1


def test_one_misconception_is_explained_once() -> None:
    wrong = [replace(WRONG, name=name, message=f"{name} is off.") for name in "abc"]
    found = report(exercise("softmax", *wrong))
    for shown in (verdict_text(found.exercises[0], found), Text(verdict_html(found.exercises[0], found)).text):
        assert shown.count("You forgot the root.") == 1
        assert shown.index("You forgot") < shown.index("✗")


def test_notices_of_the_run_stand_at_the_first_exercise_only() -> None:
    found = report(exercise("one", check("a")), exercise("two", check("a")), notices=("For all.",))
    first, second = (verdict_text(one, found) for one in found.exercises)
    assert "For all." in first
    assert "For all." not in second


@pytest.mark.parametrize(
    ("verdict", "headline"),
    [(Verdict.PENDING, "its 4 points wait for a run with a GPU"), (Verdict.ERROR, "no verdict yet on its 4 points")],
)
def test_points_without_a_verdict_are_no_zero(verdict: Verdict, headline: str) -> None:
    found = report(exercise("softmax", check("a"), check("b", verdict)))
    assert headline in verdict_text(found.exercises[0], found)


def test_bonus_points_are_called_so() -> None:
    found = report(exercise("extra", check("a"), bonus=True))
    assert "4 of 4 bonus points" in verdict_text(found.exercises[0], found)


def test_why_passed_checks_earned_nothing() -> None:
    found = report(exercise("softmax", replace(check("a"), core=False), check("b", Verdict.FAILED)))
    assert sentences.NO_CORE in verdict_text(found.exercises[0], found)


def test_stand_ins_are_said() -> None:
    found = report(exercise("mha", check("a"), with_stand_ins=True))
    assert sentences.STAND_INS in verdict_text(found.exercises[0], found)


def test_a_locked_sandbox_is_named() -> None:
    found = report(exercise("a", check("a")), sandbox="namespaces")
    assert "in a sandbox (namespaces)" in verdict_text(found.exercises[0], found)


def test_nothing_hostile_becomes_markup() -> None:
    found = hostile()
    page = verdict_html(found.exercises[0], found)
    assert Text(page).tags == {"div", "strong", "ul", "li", "blockquote", "em", "code"}
    assert not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", page)
    assert "mathjax_ignore" in page  # MathJax would turn \href into a link


def test_the_verdict_survives_the_sanitiser_of_nbconvert() -> None:
    for found in (hostile(), report(exercise("softmax", check("a"), WRONG), notices=("One.",))):
        page = verdict_html(found.exercises[0], found)
        cleaned = clean_html(page)  # type: ignore[no-untyped-call]
        assert Text(cleaned).text == Text(page).text
        assert Text(cleaned).tags == Text(page).tags


def test_a_verdict_stays_short_whatever_was_provoked() -> None:
    many = [check(f"c{i}", Verdict.FAILED, message=f"{i} " + "x" * 10**5) for i in range(500)]
    found = report(exercise("softmax", *many), notices=tuple("y" * 10**4 for _ in range(500)))
    page = verdict_html(found.exercises[0], found)
    assert len(page) < 200_000
    assert "And 488 more." in html.unescape(page)


def test_every_sentence_is_a_template_with_named_fields() -> None:
    for name, value in vars(sentences).items():
        if name.isupper() and isinstance(value, str):
            assert all(field is None or field.isidentifier() for _, field, _, _ in string.Formatter().parse(value)), (
                name
            )


def test_every_verdict_has_a_mark_and_a_word() -> None:
    assert set(sentences.MARKS) == set(Verdict)
    assert len({word for _, word in sentences.MARKS.values()}) == len(Verdict)
