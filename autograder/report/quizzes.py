"""What a class report says of a quiz: each question, and what was learnt between the quizzes before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.course import Assignment, Course
from autograder.errors import CourseError
from autograder.model import Report
from autograder.quiz.records import Quiz
from autograder.quiz.source import load_quiz
from autograder.quiz.tally import Gain, QuestionTally, gains, question_tallies
from autograder.report.reading import read_reports


@dataclass(frozen=True)
class QuizReport:
    """The questions, and the gain per concept.

    Attributes:
        other: the quiz at the other end of the lesson; empty where there is none.
    """

    questions: tuple[QuestionTally, ...]
    gains: tuple[Gain, ...] = ()
    other: str = ""


def quiz_report(course: Course, name: str, reports: Mapping[str, Report]) -> QuizReport | None:
    """The report on a quiz; None for an assignment that is none.

    Raises:
        CourseError: the quiz has a fault.
    """
    if not Assignment(course, name).is_quiz:
        return None
    quiz = load_quiz(course, name)
    made = QuizReport(tuple(question_tallies(quiz, reports)))
    other = _other_end(course, quiz)
    if other is None:
        return made
    others = {reading.student: reading.report for reading in read_reports(course, other.name) if reading.report}
    if not set(others) & set(reports):
        return QuizReport(made.questions, other=other.name)
    pair = ((quiz, reports), (other, others)) if quiz.about.when == "pre" else ((other, others), (quiz, reports))
    return QuizReport(made.questions, tuple(gains(*pair)), other.name)


def _other_end(course: Course, quiz: Quiz) -> Quiz | None:
    name = f"{quiz.about.lesson}-{'post' if quiz.about.when == 'pre' else 'pre'}"
    try:
        return load_quiz(course, name) if Assignment(course, name).is_quiz else None
    except CourseError:
        return None  # its own report says what is wrong with it
