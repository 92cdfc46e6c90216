"""A quiz is read and graded; nothing of it is run, and what cannot be read waits for a person."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.grade import check_file
from autograder.intake import accept
from autograder.model import NOT_RUN, ExerciseResult, Report, Verdict
from autograder.nbgrader_adapters.leakgate import read_source
from autograder.quiz.ask import ask
from autograder.quiz.grading import grade_quiz
from autograder.quiz.public import numbers_for
from autograder.report import verdict_html, verdict_text
from autograder.tests.notebooks import as_bytes
from autograder.tests.quiz.support import asked, find, paper, small


def graded(assignment: Assignment, notebook: NotebookNode, student: str = "ada") -> Report:
    """The report on a notebook that went through intake, as all do."""
    clean = accept(as_bytes(notebook), assignment)
    return grade_quiz(clean.notebook, assignment, student, clean.notices)


def result(report: Report, name: str) -> ExerciseResult:
    return next(one for one in report.exercises if one.grade_id == name)


def test_right_answers_earn_all_points(assignment: Assignment) -> None:
    report = graded(assignment, paper(assignment, "ada"))
    assert (report.score, report.max_score, report.notices) == (10.0, 10.0, ())
    assert report.sandbox == NOT_RUN
    assert {one.state for one in report.exercises} == {Verdict.PASSED}
    assert Report.from_json(report.to_json()) == report


def test_an_untouched_quiz_earns_nothing_and_needs_nobody(assignment: Assignment) -> None:
    report = graded(assignment, read_source(assignment.release))
    assert report.score == 0
    assert {one.answer for one in report.exercises} <= {""}
    assert not report.needs_person


def test_a_part_of_the_points_is_given_for_a_part(assignment: Assignment) -> None:
    report = graded(assignment, paper(assignment, "ada", **{"several-of-four": f"answer_2 = {two_right()}"}))
    assert result(report, "several-of-four").score == pytest.approx(2.0, abs=1e-3)
    assert result(report, "several-of-four").right == pytest.approx(2 / 3, abs=1e-5)


def two_right() -> list[str]:
    return [choice.letter for choice in asked("several-of-four").choices if choice.right][:2]


def test_the_numbers_are_those_of_who_hands_in(assignment: Assignment) -> None:
    mine, theirs = paper(assignment, "ada"), paper(assignment, "grace")
    assert numbers("ada") != numbers("grace")
    assert graded(assignment, mine, "ada").score == 10
    copied = graded(assignment, theirs, "ada")
    assert result(copied, "number-of-scores").state is Verdict.ERROR
    assert "fits the numbers of “grace”" in result(copied, "number-of-scores").checks[0].message
    assert "was handed in by “ada”" in copied.notices[0]


def test_a_copied_number_under_ones_own_name_is_wrong(assignment: Assignment) -> None:
    notebook = paper(assignment, "grace", student='student = "ada"')
    assert result(graded(assignment, notebook, "ada"), "number-of-scores").score == 0


def numbers(student: str) -> float:
    question = find(small(), "number-of-scores")
    return float(str(ask(question, numbers_for(student, question.id, question.parameters)).key))


def test_without_a_name_the_notebooks_own_counts(assignment: Assignment) -> None:
    assert graded(assignment, paper(assignment, "ada"), "").score == 10
    nameless = graded(assignment, paper(assignment, "ada", student="student = None"), "")
    assert result(nameless, "number-of-scores").state is Verdict.ERROR
    assert nameless.score == 9


@pytest.mark.parametrize(
    "source", ["answer_4 = keys", 'answer_4 = "', "answer_4 = 3", "", f"answer_4 = {'x' * 9000!r}"]
)
def test_what_cannot_be_read_waits_for_a_person(assignment: Assignment, source: str) -> None:
    report = graded(assignment, paper(assignment, "ada", word=source))
    assert result(report, "word").state is Verdict.ERROR
    assert result(report, "word").score is None
    assert "Question 4" in result(report, "word").checks[0].message
    assert report.needs_person
    assert report.score == 9


def test_nothing_of_a_quiz_is_run(assignment: Assignment, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    notebook = paper(assignment, "ada", word=f"open({str(trace)!r}, 'w')\nanswer_4 = 'keys'")
    notebook.cells.append(nbformat.v4.new_code_cell(f"open({str(trace)!r}, 'w')", id="own"))  # type: ignore[no-untyped-call]
    assert graded(assignment, notebook).score == 10
    assert not trace.exists()


def test_taking_part_earns_the_points_and_tells_what_was_right(course: Course, assignment: Assignment) -> None:
    file = assignment.quiz
    file.write_text(file.read_text().replace('credit = "answers"', 'credit = "taking-part"'))
    wrong = paper(assignment, "ada", word='answer_4 = "values"', printed="answer_5 = None")
    report = graded(assignment, wrong)
    assert result(report, "word").score == 1
    assert result(report, "word").right == 0
    assert "Values are averaged" in result(report, "word").checks[0].message
    assert result(report, "printed").score == 0


def test_the_locked_cells_are_the_releases(assignment: Assignment) -> None:
    notebook = paper(assignment, "ada", word='answer_4 = "values"')
    for cell in notebook.cells:
        if cell.id == "word":
            cell.metadata.nbgrader.points = 1000.0
            cell.source = "print(1000)"
    report = graded(assignment, notebook)
    assert (result(report, "word").score, result(report, "word").max_score) == (0.0, 1.0)


def test_a_verdict_shows_the_answer_and_its_explanation(assignment: Assignment) -> None:
    report = graded(
        assignment, paper(assignment, "ada", **{"one-of-three": 'answer_1 = "A"', "word": "answer_4 = None"})
    )
    for name, words in {
        "one-of-three": "dot product",
        "number-of-scores": "Your numbers: H",
        "word": "Not answered",
    }.items():
        page = verdict_html(result(report, name), report)
        assert words in page
        assert ("nothing of it is run" in page) == (name == "one-of-three")  # said once, at the first question
        assert f"Question {[each.grade_id for each in report.exercises].index(name) + 1}: " in page
    one = next(one for one in report.exercises if one.grade_id == "one-of-three")
    assert "<math" in verdict_html(one, report)
    assert "$d_k$" in verdict_text(one, report)
    assert "Checks passed" not in verdict_html(one, report)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '=HYPERLINK("http://x")',
        "$\\href{javascript:x}{y}$",
        "[x](javascript:x)",
        "\x1b[31m",
    ],
)
def test_a_hostile_answer_is_text(assignment: Assignment, text: str) -> None:
    report = graded(assignment, paper(assignment, "ada", word=f"answer_4 = {text!r}"))
    page = verdict_html(result(report, "word"), report)
    assert "<script" not in page
    assert "href" not in page.replace("\\href", "")
    assert "\x1b" not in page


def test_one_file_is_checked_without_a_kernel(
    assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.ipynb"
    file.write_bytes(as_bytes(paper(assignment, "ada")))
    monkeypatch.setattr("autograder.grade.launcher_for", lambda *args, **kw: pytest.fail("a kernel was wanted"))
    assert check_file(file, assignment, student="ada").report.score == 10


def test_a_megabyte_costs_its_question_and_fills_no_report(assignment: Assignment) -> None:
    report = graded(assignment, paper(assignment, "ada", word=f"answer_4 = {'x' * 10**6!r}"))
    assert result(report, "word").state is Verdict.ERROR
    assert len(str(report.to_json())) < 20_000


def test_an_answer_in_another_cell_waits_for_a_person(assignment: Assignment) -> None:
    notebook = paper(assignment, "ada", word="answer_4 = None")
    notebook.cells.append(nbformat.v4.new_code_cell('answer_4 = "keys"', id="own"))  # type: ignore[no-untyped-call]
    report = graded(assignment, notebook)
    assert result(report, "word").state is Verdict.ERROR
    assert "stands in another cell" in result(report, "word").checks[0].message


@pytest.mark.parametrize("source", [r'answer_4 = "\ud800"', r'answer_4 = "\x1b[2J\u202e"', "answer_4 = " + "1" * 400])
def test_odd_characters_and_sizes_cost_no_more_than_their_question(assignment: Assignment, source: str) -> None:
    report = graded(assignment, paper(assignment, "ada", word=source))
    assert report.score == 9
    assert str(report.to_json()).encode()
    assert "\x1b" not in str(report.to_json()) + repr(report.to_json()).replace("\\x1b", "\x1b")


def test_what_stands_in_place_of_a_name_is_not_repeated(assignment: Assignment) -> None:
    said = "![x](https://example.org/t.png) [here](https://example.org)"
    notebook = paper(assignment, said, student=f"student = {said!r}")
    report = graded(assignment, notebook, "ada")
    assert "example.org" not in str(report.to_json())
    assert "names somebody else as its student" in report.notices[0]


def test_a_fault_in_marking_costs_one_verdict(assignment: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(one: object, answer: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("autograder.quiz.grading.mark", fails)
    report = graded(assignment, paper(assignment, "ada"))
    assert {one.state for one in report.exercises} == {Verdict.ERROR}
    assert "could not be marked (ZeroDivisionError)" in report.exercises[0].checks[0].message
