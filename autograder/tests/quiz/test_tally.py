"""What a class answered is counted rightly, and little is said of few."""

from __future__ import annotations

import math

import pytest

from autograder.course import Assignment, Course
from autograder.model import NOT_RUN, CheckResult, ExerciseResult, Report, Verdict
from autograder.nbgrader_adapters.release import build_release
from autograder.nbgrader_adapters.reports import save_report
from autograder.nbgrader_adapters.task import Task
from autograder.quiz.build import build
from autograder.quiz.grading import grade_quiz
from autograder.quiz.records import Quiz
from autograder.quiz.tally import gains, question_tallies
from autograder.report.classes import class_report
from autograder.report.page import class_page
from autograder.report.quizzes import quiz_report
from autograder.tests.quiz.support import COURSE, asked, paper, small

NAMES = [one.id for one in small().questions]


def report(shares: dict[str, float], answers: dict[str, str] | None = None) -> Report:
    """A report in which these questions are so far right; others have no verdict."""
    made = [
        ExerciseResult(
            name,
            1.0,
            (CheckResult("answer", "", Verdict.PASSED),),
            answer=(answers or {}).get(name, "x"),
            right=shares.get(name),
        )
        for name in NAMES
    ]
    return Report("small-post", "v", NOT_RUN, "cpu", tuple(made))


def ten(first: list[float], rest: list[float]) -> dict[str, Report]:
    """Ten students: how right the first question is, and all others."""
    return {f"s{i}": report(dict.fromkeys(NAMES[1:], rest[i]) | {NAMES[0]: first[i]}) for i in range(10)}


def test_rates_need_ten_students() -> None:
    shares = [1.0] * 5 + [0.0] * 5
    full = ten(shares, shares)
    tally = question_tallies(small(), full)[0]
    assert (tally.students, tally.right, tally.rate) == (10, 5, 0.5)
    assert tally.discrimination == pytest.approx(1.0)
    del full["s9"]
    few = question_tallies(small(), full)[0]
    assert (few.students, few.right, few.rate, few.discrimination) == (9, 5, None, None)


def test_discrimination_is_the_correlation_with_the_rest() -> None:
    first = [1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0]
    rest = [0.9, 0.1, 0.8, 0.2, 0.3, 1.0, 0.6, 0.0, 0.7, 0.4]
    mean, other = sum(first) / 10, sum(rest) / 10
    covariance = sum((a - mean) * (b - other) for a, b in zip(first, rest, strict=True))
    spread = math.sqrt(sum((a - mean) ** 2 for a in first) * sum((b - other) ** 2 for b in rest))
    assert question_tallies(small(), ten(first, rest))[0].discrimination == pytest.approx(covariance / spread)


def test_where_all_did_alike_nothing_is_told_apart() -> None:
    tally = question_tallies(small(), ten([1.0] * 10, [0.5] * 10))[0]
    assert (tally.rate, tally.discrimination) == (1.0, None)


def test_what_has_no_verdict_counts_nowhere() -> None:
    tally = question_tallies(small(), {"a": report({}), "b": report({NAMES[0]: 1.0})})[0]
    assert (tally.students, tally.right) == (1, 1)


def test_an_open_answer_is_not_right_and_is_counted() -> None:
    tally = question_tallies(small(), {"a": report({NAMES[0]: 0.0}, {NAMES[0]: ""})})[0]
    assert (tally.students, tally.right, tally.silent, tally.wrong) == (1, 0, 1, ())


def test_wrong_options_are_told_with_those_they_drew() -> None:
    wrong = [choice for choice in asked("one-of-three").choices if not choice.right]
    class_ = {
        name: report({NAMES[0]: 0.0}, {NAMES[0]: wrong[place].letter})
        for name, place in {"ada": 0, "bo": 1, "cy": 1}.items()
    }
    told = question_tallies(small(), class_)[0].wrong
    assert [(one.answer, one.text, one.students) for one in told] == [
        (wrong[1].letter, wrong[1].text, ("bo", "cy")),
        (wrong[0].letter, wrong[0].text, ("ada",)),
    ]


def test_of_several_only_the_wrong_letters_are_told() -> None:
    choices = asked("several-of-four").choices
    wrong = next(choice for choice in choices if not choice.right)
    right = next(choice for choice in choices if choice.right)
    answer = ", ".join(sorted([wrong.letter, right.letter]))
    told = next(
        one
        for one in question_tallies(small(), {"a": report({"several-of-four": 0.0}, {"several-of-four": answer})})
        if one.id == "several-of-four"
    )
    assert [one.answer for one in told.wrong] == [wrong.letter]


def both(
    before: float, after: float, students: int
) -> tuple[tuple[Quiz, dict[str, Report]], tuple[Quiz, dict[str, Report]]]:
    pre = {f"s{i}": report(dict.fromkeys(NAMES, before)) for i in range(students)}
    post = {f"s{i}": report(dict.fromkeys(NAMES, after)) for i in range(students)}
    return (small(), pre | {"only-before": report({})}), (small(), post)


def test_gain_is_the_share_of_what_was_missing() -> None:
    found = gains(*both(0.5, 0.9, 10))
    assert {one.concept for one in found} == {one.concept for one in small().questions}
    assert found[0].students == 10
    assert found[0].gain == pytest.approx(0.8)
    assert found[0].rates is not None
    assert found[0].rates == pytest.approx((0.5, 0.9))


def test_what_was_lost_is_a_share_of_what_there_was() -> None:
    assert gains(*both(0.8, 0.2, 10))[0].gain == pytest.approx(-0.75)


def test_who_has_no_verdict_at_one_end_counts_at_neither() -> None:
    before, after = both(0.5, 0.9, 12)
    for student in ("s0", "s1", "s2"):
        after[1][student] = report({})
    assert {(one.students, one.before[1] > 0, one.rates) for one in gains(before, after)} == {(9, True, None)}


def test_gain_of_few_is_told_in_counts() -> None:
    one = gains(*both(0.0, 1.0, 9))[0]
    assert (one.rates, one.gain) == (None, None)
    assert one.before[0] == 0
    assert one.after == (one.after[1], one.after[1])


def test_where_nothing_was_missing_there_is_no_gain() -> None:
    assert gains(*both(1.0, 1.0, 10))[0].gain is None


def keep(assignment: Assignment, student: str, **answers: str) -> None:
    """Grade a paper and keep its report, as a run does."""
    made = grade_quiz(paper(assignment, student, **answers), assignment, student)
    save_report(Task(assignment, student, "digest"), made)


def test_the_class_report_shows_both_quizzes(course: Course) -> None:
    text = (course.root / "quizzes" / "small-post.toml").read_text()
    (course.root / "quizzes" / "small-pre.toml").write_text(text.replace('when = "post"', 'when = "pre"'))
    build(course, "small-pre")
    build_release(course, course.assignment("small-pre"))
    pre, post = course.assignment("small-pre"), course.assignment("small-post")
    keep(pre, "ada", word='answer_4 = "<script>alert(1)</script>"')
    keep(post, "ada", word='answer_4 = "=1+1"')
    keep(post, "bo", word="answer_4 = 3")
    made = class_report(course, "small-post")
    assert made.quiz is not None
    assert made.quiz.other == "small-pre"
    page = class_page(made)
    assert "1 of 1" in page
    assert "%" not in page.split("Before and after")[1].split("Marks by student")[0]
    assert "No verdict on word" in page
    before = class_page(class_report(course, "small-pre"))
    assert "&lt;script&gt;alert(1)" in before
    assert "<script" not in before
    assert made.to_json()["quiz"]["questions"][0]["id"] == "one-of-three"


def test_a_lesson_has_no_quiz_in_its_report() -> None:
    assert quiz_report(COURSE, "attention", {}) is None
