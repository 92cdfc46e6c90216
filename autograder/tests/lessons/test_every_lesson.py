"""What holds for every lesson: its frame, its first page, its figures."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from nbformat import NotebookNode

from autograder.course import Course
from autograder.exercises import is_graded
from autograder.nbgrader_adapters.frontpage import read_lesson as described
from autograder.nbgrader_adapters.leakgate import find_leaks
from autograder.tests.lessons.run import ROOT, read_lesson

LESSONS = [lesson.name for lesson in Course(ROOT).lessons]
every_lesson = pytest.mark.parametrize("name", LESSONS)


def grading(cell: NotebookNode) -> dict[str, object]:
    return dict(cell.metadata.get("nbgrader", {}))


@every_lesson
def test_a_graded_cell_follows_its_solution(name: str) -> None:
    cells = read_lesson("source", name).cells
    pairs = [(before.id, cell.id) for before, cell in pairwise(cells) if is_graded(cell)]
    assert pairs
    assert [before for before, _ in pairs] == [f"{exercise}-code" for _, exercise in pairs]


@every_lesson
def test_the_first_page_names_each_exercise_and_the_points_there_are(name: str) -> None:
    title = read_lesson("source", name).cells[0].source
    lesson = described(Course(ROOT).assignment(name))
    assert f"({lesson.machine:g} points by machine, {lesson.by_hand:g} by hand" in title
    listed = re.findall(r"^\|[^|]*\| (\d+) \|", title, re.MULTILINE)
    assert sum(map(int, listed)) == lesson.machine + lesson.by_hand


@every_lesson
def test_a_lesson_says_what_the_front_page_needs(name: str) -> None:
    lesson = described(Course(ROOT).assignment(name))
    assert lesson.teaches
    assert lesson.needs
    assert lesson.reading
    assert 60 <= lesson.minutes[0] < lesson.minutes[1] <= 240  # two sittings at most
    assert lesson.after in (*LESSONS, "")


@every_lesson
def test_set_up_waits_in_the_same_words_everywhere(name: str) -> None:
    sources = {cell.id: cell.source for lesson in (name, "attention") for cell in read_lesson("source", lesson).cells}
    of_this = next(cell.source for cell in read_lesson("source", name).cells if cell.id == "setup")
    for function in ("def waiting_for(", "def shape_of(", "def alike("):
        assert body(of_this, function) == body(sources["setup"], function)


def body(source: str, start: str) -> str:
    """A function's text, up to the next empty line after it."""
    return source[source.index(start) :].split("\n\n\n")[0].strip()


@every_lesson
def test_what_is_to_be_tried_can_be_changed(name: str) -> None:
    """A locked cell is read-only in JupyterLab, so that a knob needs a cell of its own."""
    cells = read_lesson("source", name).cells
    assert [cell.id for cell in cells if grading(cell).get("locked") and "# Try" in cell.source] == []


@every_lesson
def test_every_figure_is_there_and_described(name: str) -> None:
    text = "\n".join(cell.source for cell in read_lesson("source", name).cells if cell.cell_type == "markdown")
    figures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", text)
    assert {path for _, path in figures} == {
        f"figures/{path.name}" for path in (ROOT / "source" / name / "figures").glob("*")
    }
    assert all(len(words) > 40 for words, _ in figures)


@every_lesson
def test_no_release_gives_away_another_lessons_solutions(name: str) -> None:
    """A later lesson carries right versions of earlier parts: in other words than the solutions."""
    releases = {other: read_lesson("release", other) for other in LESSONS if other != name}
    leaks = {other: find_leaks(read_lesson("source", name), release, other) for other, release in releases.items()}
    assert leaks == {other: [] for other in releases}
