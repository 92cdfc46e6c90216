"""Writes the pages that students get back, and the report on their class."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException

from autograder import intake, report
from autograder.course import Assignment, Course
from autograder.errors import RejectedSubmission
from autograder.nbgrader_adapters import lock
from autograder.nbgrader_adapters.gradebook import course_directory, load_config, open_gradebook


@dataclass(frozen=True, slots=True)
class FeedbackOutcome:
    """The pages that were written, and the students for whom none could be."""

    pages: tuple[Path, ...]
    failed: tuple[str, ...] = ()


def generate_feedback(course: Course, assignment: Assignment, student: str | None = None) -> FeedbackOutcome:
    """Write `feedback/<student>/<assignment>/<assignment>.html` by nbgrader's own converter, as the config has it.

    Args:
        student: for this one only; default everybody who was graded.

    Raises:
        BusyError: another run holds the course.
    """
    pages: list[Path] = []
    failed: list[str] = []
    with lock.hold(course):
        for name in _graded(course, assignment) if student is None else [student]:
            page = course.root / "feedback" / name / assignment.name / f"{assignment.name}.html"
            (pages.append(page) if _write_page(course, assignment, name) else failed.append(name))
    return FeedbackOutcome(tuple(pages), tuple(failed))


def _graded(course: Course, assignment: Assignment) -> list[str]:
    found = course.root.glob(f"autograded/*/{assignment.name}/{assignment.name}.ipynb")
    return sorted(path.parts[-3] for path in found)


def _write_page(course: Course, assignment: Assignment, student: str) -> bool:
    converter = GenerateFeedback(course_directory(course, assignment.name, student), config=load_config(course))
    converter.force = True  # a page is written again whenever it is asked for: marks by hand may have come in
    try:
        converter.start()
    except NbGraderException:
        return False
    return True


def write_report(assignment: Assignment) -> tuple[Path, Path]:
    """Write the report on a class, as HTML and as JSON; returns where.

    Raises:
        UsageError: there is no such assignment.
    """
    course = assignment.course
    made = report.class_report(
        course, assignment.name, manual=_manual_scores(assignment), rejected=_rejected(assignment)
    )
    return report.write_class_report(made, course.state / "class-reports")


def _manual_scores(assignment: Assignment) -> dict[str, dict[str, float]]:
    coursedir = course_directory(assignment.course, assignment.name)
    with open_gradebook(coursedir) as gradebook:
        try:
            submissions = gradebook.notebook_submissions(assignment.name, assignment.name)
        except MissingEntry:
            return {}
        return {
            each.student.id: {grade.name: grade.manual_score for grade in each.grades if grade.manual_score is not None}
            for each in submissions
        }


def _rejected(assignment: Assignment) -> dict[str, str]:
    submitted = assignment.course.root / "submitted"
    rejected: dict[str, str] = {}
    for student in intake.find_students(submitted).students:
        if (submitted / student / assignment.name).is_dir():
            try:
                intake.take_in(assignment, student)
            except RejectedSubmission as error:
                rejected[student] = str(error)
    return rejected
