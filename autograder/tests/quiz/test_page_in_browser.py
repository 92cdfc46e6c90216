"""The page of a quiz in a real browser: quiet, for the keyboard alone, and without barriers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.quiz import sentences
from autograder.quiz.shown import kind_of
from autograder.quiz.source import load_quiz
from autograder.tests.browser import Browser, Visit
from autograder.tests.quiz.page_hands import (
    COURSE,
    LEFT,
    answered_by_keys,
    barriers,
    fill,
    leave_the_focus,
    page_of,
    told,
    unreadable,
)

pytestmark = pytest.mark.slow

#: Each of these has all seven kinds.
TWO = ("transformer-pre", "positional-encoding-pre")

Look = Callable[[Any], Any]


@pytest.fixture(params=TWO)
def open_page(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Any]:
    """Opens the page of a quiz; that it stayed quiet is seen to afterwards."""
    path, visits = page_of(request.param, tmp_path), list[Visit]()

    def look_at(look: Look) -> Any:
        visits.append(browser.visit(path, look))
        return visits[-1].seen

    yield look_at
    assert [visit for visit in visits if visit.asked or visit.said or visit.done] == []


def test_the_two_quizzes_have_all_kinds() -> None:
    for name in TWO:
        kinds = {kind_of(question) for question in load_quiz(COURSE, name).questions}
        assert kinds == set(sentences.CHOOSE)


def test_every_kind_is_answered_by_the_keyboard_alone(open_page: Callable[[Look], Any]) -> None:
    def answer_all(page: Any) -> dict[str, str]:
        leave_the_focus(page)
        return {kind: answered_by_keys(page, kind) for kind in sentences.CHOOSE}

    assert open_page(answer_all) == dict.fromkeys(sentences.CHOOSE, sentences.PAGE_WORDS["right"])


def test_a_right_and_a_wrong_answer_are_explained(open_page: Callable[[Look], Any]) -> None:
    def answer_twice(page: Any) -> dict[str, list[dict[str, Any]]]:
        return {kind: [told(page, kind, right=right) for right in (False, True)] for kind in sentences.CHOOSE}

    for kind, (wrong, right) in open_page(answer_twice).items():
        first_try = ("wrong", "partly") if kind in ("one", "several") else ("once",)
        assert wrong["result"] in [sentences.PAGE_WORDS[word] for word in first_try], kind
        assert right["result"] == sentences.PAGE_WORDS["right"], kind
        assert right["whys"], kind
        if kind in ("one", "several"):
            assert any(why.startswith(sentences.OPTION_WRONG) for why in wrong["whys"]), kind
        else:
            assert right["whys"][-1].startswith("The answer: "), kind


def test_what_fits_no_format_is_told_so_and_has_no_mark(open_page: Callable[[Look], Any]) -> None:
    def answer_nothing(page: Any) -> dict[str, str]:
        return {kind: unreadable(page, kind) for kind in sentences.CHOOSE}

    assert open_page(answer_nothing) == sentences.PAGE_WORDS["expects"]


def test_an_expected_slip_is_explained(open_page: Callable[[Look], Any]) -> None:
    def slip(page: Any) -> list[str]:
        form = page.locator('form[data-kind="number"]:visible:not([data-slips="[]"])').first
        fill(form, "number", str(json.loads(form.get_attribute("data-slips"))[0]))
        form.get_by_role("button").click()
        return [form.locator(".result").inner_text(), *form.locator(".slip:visible").all_inner_texts()]

    result, *why = open_page(slip)
    assert result == sentences.PAGE_WORDS["once"]
    assert len(why) == 1


def test_start_again_draws_anew_and_clears_all(open_page: Callable[[Look], Any]) -> None:
    def start_again(page: Any) -> tuple[set[str], list[Any]]:
        drawn, left = set(), []
        for _ in range(8):
            drawn.add(page.evaluate("[...document.querySelectorAll('form:not([hidden])')].map((f) => f.id).join()"))
            for kind in sentences.CHOOSE:
                told(page, kind, right=True)
            page.locator("#again").click()
            left.append(page.evaluate(LEFT))
        return drawn, left

    drawn, left = open_page(start_again)
    assert len(drawn) > 1
    assert left == [{"ticked": 0, "typed": 0, "told": 0, "tries": 0, "score": "", "top": 0}] * 8


def test_nothing_is_kept(open_page: Callable[[Look], Any]) -> None:
    def answer_and_look(page: Any) -> Any:
        for kind in sentences.CHOOSE:
            told(page, kind, right=True)
        kept = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
        stored = page.evaluate("indexedDB.databases().then((all) => all.length)")
        return [*kept, stored, page.context.cookies()]

    assert open_page(answer_and_look) == [0, 0, "", 0, []]


def test_there_is_no_barrier_before_or_after_answering(open_page: Callable[[Look], Any]) -> None:
    pytest.importorskip("axe_playwright_python", reason="axe is not installed (pip install axe-playwright-python)")

    def walk(page: Any) -> list[str]:
        before = barriers(page)
        for kind in sentences.CHOOSE:
            told(page, kind, right=False)
        wrong = barriers(page)
        for kind in sentences.CHOOSE:
            told(page, kind, right=True)
        return [*before, *wrong, *barriers(page)]

    assert open_page(walk) == []


def test_axe_sees_a_barrier_where_there_is_one(browser: Browser, tmp_path: Path) -> None:
    pytest.importorskip("axe_playwright_python", reason="axe is not installed (pip install axe-playwright-python)")

    def spoil(page: Any) -> list[str]:
        page.evaluate("document.querySelectorAll('label').forEach((label) => label.remove())")
        return barriers(page)

    assert browser.visit(page_of(TWO[0], tmp_path), spoil).seen
