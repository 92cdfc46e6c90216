"""What holds for every quiz of the course: its bank, and that what stands in the folders is what its file gives."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from autograder.nbgrader_adapters.frontpage import check_front_page
from autograder.nbgrader_adapters.release import check_release
from autograder.quiz.build import stale
from autograder.quiz.draw import marked, practised
from autograder.quiz.shown import kind_of
from autograder.quiz.source import load_quiz, quiz_names
from autograder.tests.quiz.support import COURSE

QUIZZES = quiz_names(COURSE)
every_quiz = pytest.mark.parametrize("name", QUIZZES)
LESSONS = [*(lesson.name for lesson in COURSE.lessons), "lecture"]
KINDS = {"one", "several", "number", "text", "prints", "order", "line"}


def test_each_lesson_and_the_lecture_have_both_quizzes() -> None:
    assert sorted(f"{lesson}-{when}" for lesson in LESSONS for when in ("pre", "post")) == QUIZZES


@every_quiz
def test_a_bank_is_large_and_mixed(name: str) -> None:
    quiz = load_quiz(COURSE, name)
    least, asked = (20, 12) if quiz.about.lesson == "lecture" else (16, 8)
    kinds = Counter(map(kind_of, quiz.questions))
    assert len(quiz.questions) >= least
    assert quiz.about.ask >= asked
    assert set(kinds) == KINDS
    assert kinds["one"] <= 0.55 * len(quiz.questions)
    assert sum(bool(question.parameters) for question in quiz.questions) >= 3
    assert {question.difficulty for question in quiz.questions} == {1, 2, 3}


@every_quiz
def test_neighbours_differ_and_practice_draws_anew(name: str) -> None:
    for questions in (marked(load_quiz(COURSE, name)), practised(load_quiz(COURSE, name))):
        assert any(question.parameters for question in questions)


@every_quiz
def test_before_a_lesson_taking_part_counts_and_after_it_what_is_right(name: str) -> None:
    about = load_quiz(COURSE, name).about
    assert about.credit == {"pre": "taking-part", "post": "answers"}[about.when]


@pytest.mark.parametrize("lesson", LESSONS)
def test_before_and_after_ask_for_the_same_concepts_by_other_questions(lesson: str) -> None:
    pre, post = (load_quiz(COURSE, f"{lesson}-{when}") for when in ("pre", "post"))
    before, after = ({question.concept for question in marked(quiz)} for quiz in (pre, post))
    assert before == after
    assert not {question.id for question in pre.questions} & {question.id for question in post.questions}
    assert not {question.text for question in pre.questions} & {question.text for question in post.questions}


@every_quiz
def test_what_stands_in_the_folders_is_what_the_file_gives(name: str) -> None:
    assert stale(COURSE, name) == []
    check_release(COURSE, COURSE.assignment(name))


def test_the_front_page_leads_to_every_quiz() -> None:
    check_front_page(COURSE)
    page = (COURSE.root / "release" / "README.md").read_text(encoding="utf-8")
    for name in QUIZZES:
        for link in (f"practice/{name}.ipynb", f"{name}/{name}.ipynb"):
            assert f"({link})" in page
            assert (COURSE.root / "release" / Path(link)).is_file()
