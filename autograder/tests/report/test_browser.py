"""The report on a class in a real browser: quiet, whole on screen and on paper, and deaf to what students wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.course import Course
from autograder.model import Verdict
from autograder.report import class_report, write_class_report
from autograder.tests.browser import Browser
from autograder.tests.payloads import HTML
from autograder.tests.report.samples import check, exercise, report, save

pytestmark = pytest.mark.slow


def written(course: Course, folder: Path, rejected: dict[str, str] | None = None) -> Path:
    """The page on the class, as a file."""
    return write_class_report(class_report(course, "attention", rejected=rejected), folder)[0]


def test_a_hostile_class_does_nothing(course: Course, browser: Browser, tmp_path: Path) -> None:
    for i, text in enumerate(HTML.values()):
        wrong = check(text, Verdict.FAILED, message=text, misconception=text, explanation=text)
        save(
            course, f"ada-{i}", report(exercise(text, wrong), device=text, sandbox=text, version=text, notices=(text,))
        )
    page = written(course, tmp_path, {text: text for text in HTML.values()})
    visit = browser.visit(
        page, lambda page: page.evaluate("window.__owned || document.querySelectorAll('a, img').length")
    )
    assert (visit.seen, visit.asked, visit.said, visit.done) == (0, [], [], [])


def test_an_honest_class_is_quiet_and_whole(course: Course, browser: Browser, tmp_path: Path) -> None:
    checks = [check(f"c{i}", Verdict.FAILED if i % 3 else Verdict.PASSED) for i in range(30)]
    for student in ("ada", "bob", "cem-with-a-name-of-some-length"):
        save(course, student, report(*(exercise(f"exercise-{i}", *checks) for i in range(7))))
    visit = browser.visit(written(course, tmp_path), _what_shows)
    assert (visit.asked, visit.said, visit.done) == ([], [], [])
    assert visit.seen == {"wide": False, "bars": True, "folded": False, "on paper": {"wide": False, "folded": True}}


def _what_shows(page: Any) -> dict[str, Any]:
    wide = "document.documentElement.scrollWidth > innerWidth"
    folded = "document.querySelector('details table').checkVisibility({contentVisibilityAuto: true})"
    bars = "getComputedStyle(document.querySelector('.solid')).fill !== 'rgb(0, 0, 0)'"
    seen: dict[str, Any] = {"wide": page.evaluate(wide), "bars": page.evaluate(bars), "folded": page.evaluate(folded)}
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1000})  # A4, in the pixels of CSS
    return seen | {"on paper": {"wide": page.evaluate(wide), "folded": page.evaluate(folded)}}
