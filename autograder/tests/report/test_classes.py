from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.errors import UsageError
from autograder.model import Verdict
from autograder.report import class_page, class_report, write_class_report
from autograder.tests.report.samples import HOSTILE, check, exercise, hostile, report, save, with_manual
from autograder.tests.report.test_verdict import Text

FULL = report(exercise("softmax", check("a"), check("b")), exercise("masks", check("c"), points=6.0))
WRONG = check("b", Verdict.FAILED, message="Off.", misconception="no-max", explanation="Subtract the maximum.")
HALF = report(exercise("softmax", check("a"), WRONG), exercise("masks", check("c", Verdict.TIMEOUT), points=6.0))
WAITING = report(
    exercise("softmax", check("a"), check("b", Verdict.PENDING)), exercise("masks", check("c"), points=6.0)
)
BROKEN = report(exercise("softmax", check("a", Verdict.ERROR)), exercise("masks", check("c"), points=6.0))


@pytest.fixture
def taught(course: Course) -> Course:
    """A course in which four students were graded."""
    for student, found in {"ada": FULL, "bob": HALF, "cem": WAITING, "dee": BROKEN}.items():
        save(course, student, found)
    return course


def test_an_empty_class_says_what_to_do(course: Course) -> None:
    assert "autograder grade attention" in Text(class_page(class_report(course, "attention"))).text


def test_an_unknown_assignment_is_refused(course: Course) -> None:
    with pytest.raises(UsageError, match="no assignment 'atention'"):
        class_report(course, "atention")


def test_marks_without_a_verdict_are_left_out_of_median_and_distribution(taught: Course) -> None:
    found = class_report(taught, "attention")
    assert found.middle == (6.0, 6.0)  # of 10 and 2; neither pending nor broken ones drag it down
    assert [(one.low, one.count) for one in found.distribution if one.count] == [(20, 1), (90, 1)]


def test_checks_come_hardest_first_and_only_count_where_they_decided(taught: Course) -> None:
    rates = [(rate.name, rate.passed, rate.failed, rate.uncounted) for rate in class_report(taught, "attention").checks]
    assert rates == [("b", 1, 1, 1), ("c", 3, 1, 0), ("a", 3, 0, 1)]


def test_a_misconception_counts_once_per_student(course: Course) -> None:
    save(course, "ada", report(exercise("softmax", WRONG, WRONG)))
    save(course, "bob", report(exercise("softmax", WRONG)))
    (met,) = class_report(course, "attention").misconceptions
    assert (met.slug, met.students, met.explanation) == ("no-max", ("ada", "bob"), "Subtract the maximum.")


def test_who_needs_a_person_and_why(taught: Course) -> None:
    save(taught, "eva", "{")
    save(taught, "fay", with_manual(FULL))
    save(taught, "gus", with_manual(FULL, answered=False))
    found = class_report(taught, "attention", rejected={"hal": "The notebook is empty.", "ada": "It is a link."})
    assert found.waiting == {
        "Could not be graded. It is a link.": ["ada"],
        "Waits for a GPU: softmax.": ["cem"],
        "The grader failed at softmax: no points were given or taken.": ["dee"],
        "The report on this submission cannot be read (JSONDecodeError); grade it again.": ["eva"],
        "Could not be graded. The notebook is empty.": ["hal"],
        "A person marks three-places.": ["fay"],
    }


def test_marks_given_by_hand_are_shown_and_settle_the_matter(course: Course) -> None:
    save(course, "ada", with_manual(FULL))
    save(course, "bob", with_manual(FULL, answered=False))
    ada, bob = class_report(course, "attention", manual={"ada": {"three-places": 2.5}}).rows
    assert (ada.manual, ada.to_mark) == (2.5, ())
    assert (bob.manual, bob.to_mark) == (0.0, ())  # an empty answer needs nobody


def test_reports_of_another_version_are_named(taught: Course) -> None:
    release = taught.assignment("attention").release
    release.parent.mkdir(parents=True)
    release.touch()
    taught.assignment("attention").folder.mkdir(parents=True)
    assert "another version (abc123)" in next(iter(class_report(taught, "attention").waiting))


@pytest.mark.parametrize("text", ["", "[]", "null", '{"exercises": 3}', "9" * 5000, '"' + "x" * 10**6])
def test_a_broken_report_spoils_no_other(taught: Course, text: str) -> None:
    save(taught, "eva", text)
    found = class_report(taught, "attention")
    assert set(found.reports) == {"ada", "bob", "cem", "dee"}
    assert "eva" in Text(class_page(found)).text


def test_the_page_needs_nothing_else_and_lets_no_code_in(course: Course) -> None:
    save(course, "ada", hostile())
    save(course, "<script>bob", FULL)
    page = class_page(class_report(course, "attention", rejected={"cem": HOSTILE}))
    assert Text(page).tags.isdisjoint({"script", "img", "link", "iframe", "object", "b", "a"})
    assert "http:" not in page
    assert "https:" not in page
    assert "default-src 'none'" in page
    assert not any(character in page for character in "\x00\x1b\u202e")


def test_every_picture_has_words(taught: Course) -> None:
    page = class_page(class_report(taught, "attention"))
    assert (
        page.count('role="img"') == page.count("<title") - 1 == 4
    )  # the histogram, three checks; the page's own title
    assert "1 at 20–30 %, 1 at 90–100 %" in page


def test_the_table_tells_states_apart_without_colour(taught: Course) -> None:
    shown = Text(class_page(class_report(taught, "attention"))).text
    for cell in ("✓ 4", "◐ 2", "✗ 0", "…", "?"):
        assert cell in shown


def test_bonus_points_may_lift_a_mark_over_the_top(course: Course) -> None:
    save(course, "ada", report(exercise("softmax", check("a")), exercise("extra", check("b"), bonus=True)))
    found = class_report(course, "attention")
    assert (found.max_score, found.middle) == (4.0, (8.0, 8.0))
    assert [one.low for one in found.distribution if one.count] == [90]
    assert "bonus, of 4" in class_page(found)


def test_all_checks_are_there_the_hardest_in_sight(course: Course) -> None:
    save(course, "ada", report(exercise("softmax", *(check(f"c{i:02d}") for i in range(40)), WRONG)))
    page = class_page(class_report(course, "attention"))
    assert "The others: 26" in page
    assert page.index("The title of b.") < page.index("<details>") < page.index("The title of c39.")


def test_page_and_data_are_written_side_by_side(taught: Course, tmp_path: Path) -> None:
    page, record = write_class_report(class_report(taught, "attention"), tmp_path / "out")
    assert page.read_text().startswith("<!DOCTYPE html>")
    data = json.loads(record.read_text())
    assert [one["student"] for one in data["students"]] == ["ada", "bob", "cem", "dee"]
    assert data["students"][2]["exercises"][0]["score"] is None
    assert data["checks"][0]["rate"] == 0.5
