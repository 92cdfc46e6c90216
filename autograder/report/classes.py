"""The report on a class: marks, hard checks, misconceptions, and who waits for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from autograder.course import Course
from autograder.errors import CourseError
from autograder.model import NOT_RUN, ExerciseResult, Report, Verdict
from autograder.report import sentences
from autograder.report.clean import plain
from autograder.report.quizzes import QuizReport, quiz_report
from autograder.report.reading import Reading, read_reports
from autograder.report.tally import Bin, CheckRate, Met, check_rates, distribution, middle, misconceptions_met

#: Marks that people gave: student → grade_id → points.
ManualScores = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Row:
    """One student's line in the table of marks.

    Attributes:
        report: what the machine found; None when there is nothing to show.
        manual: points given by hand; None while a person has not marked all of it, or nothing is marked by hand.
        problems: why a person has to look at it, one sentence each.
        to_mark: cells that wait for a mark by hand.
    """

    student: str
    report: Report | None
    manual: float | None
    problems: tuple[str, ...]
    to_mark: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether the machine gave a verdict on everything it marks; extra credit may wait for a GPU."""
        return self.report is not None and not any(exercise.is_open for exercise in self.report.exercises)


@dataclass(frozen=True)
class ClassReport:
    """All that is known of a class on one assignment; `rows` is sorted by student, `quiz` is there for quizzes."""

    assignment: str
    version: str
    rows: tuple[Row, ...]
    quiz: QuizReport | None = None

    @property
    def reports(self) -> dict[str, Report]:
        """The readable reports, by student."""
        return {row.student: row.report for row in self.rows if row.report is not None}

    @property
    def settled(self) -> list[Report]:
        """The reports without an open verdict: what marks are compared over."""
        return [row.report for row in self.rows if row.report is not None and row.settled]

    @property
    def max_score(self) -> float:
        """What the machine can give."""
        return max((report.max_score for report in self.reports.values()), default=0.0)

    @property
    def middle(self) -> tuple[float, float] | None:
        """Median and mean of the settled scores."""
        return middle([report.score for report in self.settled])

    @property
    def distribution(self) -> list[Bin]:
        """The settled scores as shares of the maximum, in ten bins."""
        return distribution(report.score / report.max_score for report in self.settled if report.max_score)

    @property
    def checks(self) -> list[CheckRate]:
        """Pass rates, hardest first; a quiz has its questions instead."""
        if self.quiz:
            return []
        return check_rates(self.reports.values())

    @property
    def misconceptions(self) -> list[Met]:
        """Misconceptions met, most frequent first."""
        return misconceptions_met(self.reports)

    @property
    def waiting(self) -> dict[str, list[str]]:
        """Why a person is needed → the students it holds for; problems before what is merely to be marked."""
        found: dict[str, list[str]] = {}
        for row in self.rows:
            for problem in row.problems:
                found.setdefault(problem, []).append(row.student)
        for row in self.rows:
            if row.to_mark:
                found.setdefault(sentences.WHY_MANUAL.format(cells=", ".join(row.to_mark)), []).append(row.student)
        return found

    def to_json(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        return {
            "assignment": self.assignment,
            "version": self.version,
            "max_score": self.max_score,
            "students": [_row_json(row) for row in self.rows],
            "distribution": [asdict(one) for one in self.distribution],
            "checks": [asdict(rate) | {"rate": rate.rate} for rate in self.checks],
            "misconceptions": [asdict(met) for met in self.misconceptions],
            "quiz": asdict(self.quiz) if self.quiz else None,
        }


def class_report(
    course: Course,
    assignment: str,
    *,
    manual: ManualScores | None = None,
    rejected: Mapping[str, str] | None = None,
) -> ClassReport:
    """Gathers the report on a class from what grading left in the course's folder.

    Args:
        manual: marks given by hand, so far as there are any.
        rejected: submissions that could not be graded, each with the sentence that says why; where an older
            report on such a student exists, both are shown.

    Raises:
        UsageError: the course has no such assignment.
    """
    version = _version(course, assignment)
    readings = {reading.student: reading for reading in read_reports(course, assignment)}
    refused, given = rejected or {}, manual or {}
    rows = (
        _row(readings.get(student, Reading(student, None)), refused.get(student), given.get(student, {}), version)
        for student in sorted(readings.keys() | refused.keys())
    )
    made = ClassReport(assignment, version, tuple(rows))
    return replace(made, quiz=quiz_report(course, assignment, made.reports))


def _version(course: Course, assignment: str) -> str:
    try:
        return course.assignment(assignment).version
    except CourseError:
        return ""  # a release that is missing today does not make yesterday's marks unreadable


def _row(reading: Reading, refusal: str | None, given: Mapping[str, float], version: str) -> Row:
    cells = reading.report.manual if reading.report else ()
    to_mark = tuple(cell.grade_id for cell in cells if cell.answered and cell.grade_id not in given)
    marks = sum(given.get(cell.grade_id, 0.0) for cell in cells) if cells and not to_mark else None
    return Row(reading.student, reading.report, marks, tuple(_problems(reading, refusal, version)), to_mark)


def _problems(reading: Reading, refusal: str | None, version: str) -> Iterable[str]:
    if refusal is not None:
        yield sentences.WHY_REJECTED.format(reason=plain(refusal, 500))
    if reading.problem:
        yield sentences.WHY_UNREADABLE.format(reason=reading.problem)
    if reading.report is not None:
        yield from _open_verdicts(reading.report)
        if version and reading.report.version != version:
            yield sentences.WHY_STALE.format(version=reading.report.version)


def _open_verdicts(report: Report) -> Iterable[str]:
    failed = sentences.WHY_UNREAD if report.sandbox == NOT_RUN else sentences.WHY_ERROR
    for template, state in ((failed, Verdict.ERROR), (sentences.WHY_PENDING, Verdict.PENDING)):
        exercises = ", ".join(each.grade_id for each in report.exercises if each.is_open and each.state is state)
        if exercises:
            yield template.format(exercises=exercises)


def _row_json(row: Row) -> dict[str, Any]:
    report = row.report
    return {
        "student": row.student,
        "score": report.score if report else None,
        "max_score": report.max_score if report else None,
        "settled": row.settled,
        "manual": row.manual,
        "needs_person": list(row.problems),
        "to_mark": list(row.to_mark),
        "notices": list(report.notices) if report else [],
        "exercises": [_exercise_json(exercise) for exercise in report.exercises] if report else [],
    }


def _exercise_json(exercise: ExerciseResult) -> dict[str, Any]:
    return {
        "grade_id": exercise.grade_id,
        "score": exercise.score,
        "max_score": exercise.max_score,
        "state": str(exercise.state),
        "with_stand_ins": exercise.with_stand_ins,
        "bonus": exercise.bonus,
    }
