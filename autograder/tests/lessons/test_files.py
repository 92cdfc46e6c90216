"""The notebooks as files: one form, no stray outputs, ids to refer to, and settings that fit the checks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.course import Course
from autograder.exercises import judge
from autograder.quiz.draw import marked
from autograder.quiz.source import load_quiz
from autograder.tests.lessons.claims import CLAIMS
from autograder.tests.lessons.run import ROOT
from autograder.tests.lessons.texts import NOTEBOOKS, cells_of

COURSE = Course(ROOT)
LESSONS = [lesson.name for lesson in COURSE.lessons]
QUIZZES = [assignment.name for assignment in COURSE.assignments if assignment.is_quiz]
REPRODUCED = "# NBVAL_CHECK_OUTPUT"
LONG = "skip-execution"
every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=[str(path.relative_to(ROOT)) for path in NOTEBOOKS])


def code_cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in cells_of(path) if cell["cell_type"] == "code"]


def settings_of(path: Path) -> dict[str, dict[str, Any]]:
    """nbgrader's settings, by the id of the cell."""
    return {cell["id"]: cell["metadata"]["nbgrader"] for cell in cells_of(path) if "nbgrader" in cell["metadata"]}


def test_all_notebooks_are_looked_at() -> None:
    for room in ("source", "release"):
        names = {path.stem for path in NOTEBOOKS if path.parent == ROOT / room / path.stem}
        assert names == {assignment.name for assignment in COURSE.assignments}
    assert {path.stem for path in NOTEBOOKS if path.parent.name == "practice"} == set(QUIZZES)


@every_notebook
def test_a_notebook_is_valid_and_canonical(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    nbformat.validate(json.loads(text))
    canonical = json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert text == canonical, f"{path} differs from canonical JSON: indent 1, keys sorted, letters as they are"


@every_notebook
def test_only_what_is_reproduced_keeps_its_output(path: Path) -> None:
    in_source = path.is_relative_to(ROOT / "source")
    for cell in code_cells(path):
        where, reproduced = f"{path.name}, cell {cell['id']}", in_source and REPRODUCED in cell["source"].splitlines()
        assert cell["execution_count"] == (1 if reproduced else None), f"{where}: `make notebooks STORE=1`"
        assert bool(cell["outputs"]) is reproduced, f"{where}: `make notebooks STORE=1`"
        kinds = {(output["output_type"], output.get("name")) for output in cell["outputs"]}
        assert kinds <= {("stream", "stdout")}, f"{where}: what is reproduced is printed text"
        assert not (reproduced and LONG in cell["metadata"].get("tags", [])), f"{where}: it is not always run"


def test_lessons_have_something_that_is_reproduced() -> None:
    lessons = [COURSE.assignment(name).source for name in LESSONS]
    assert sum(bool(cell["outputs"]) for path in lessons for cell in code_cells(path)) >= 8


@every_notebook
def test_ids_can_be_read_and_stay(path: Path) -> None:
    names = [cell["id"] for cell in cells_of(path)]
    odd = [name for name in names if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)]
    assert odd == [], f"{path.name}: lower-case words with hyphens"
    drawn = [name for name in names if re.search(r"\b(?=[a-f]*\d)[0-9a-f]{5,}\b", name)]
    assert drawn == [], f"{path.name}: made by a program, not by an author"
    assert len(names) == len(set(names)), f"{path.name}: an id is used twice"
    renamed = {name: one["grade_id"] for name, one in settings_of(path).items() if one["grade_id"] != name}
    assert renamed == {}, f"{path.name}: nbgrader's grade_id is the cell's id"


#: What a cell may be for nbgrader: (grade, solution, locked, task), and whether it has points.
ROLES = {
    (False, True, False, False): False,  # an answer
    (True, False, True, False): True,  # visible tests, graded by machine
    (True, True, False, False): True,  # a question in words, graded by a person
    (False, False, True, False): False,  # set-up, or long training, or a text to keep
    (False, False, True, True): True,  # a task, answered in cells of the student's own, graded by a person
}
BY_MACHINE = {(False, True, False, False), (True, False, True, False)}


@every_notebook
def test_settings_are_of_one_kind(path: Path) -> None:
    kinds = {cell["id"]: cell["cell_type"] for cell in cells_of(path)}
    for name, one in settings_of(path).items():
        where, role = f"{path.name}, cell {name}", tuple(one[key] for key in ("grade", "solution", "locked", "task"))
        assert one["schema_version"] == 3, where
        assert role in ROLES, f"{where}: grade, solution, locked, task = {role}"
        assert ("points" in one) is ROLES[role], f"{where}: points belong to a graded cell, and to no other"
        assert one.get("points", 0) >= 0, where
        assert kinds[name] == "code" or role not in BY_MACHINE, f"{where}: is a {kinds[name]} cell"


@every_notebook
def test_tags_are_known(path: Path) -> None:
    settings = settings_of(path)
    for cell in cells_of(path):
        tags = cell["metadata"].get("tags", [])
        assert tags in ([], [LONG]), f"{path.name}, cell {cell['id']}: {tags}"
        assert not tags or settings[cell["id"]]["locked"], (
            f"{path.name}, cell {cell['id']}: what may be left out is locked"
        )


def graded_by_machine(name: str) -> list[str]:
    settings = settings_of(COURSE.assignment(name).source)
    return [cell for cell, one in settings.items() if one["grade"] and not one["solution"]]


@pytest.mark.parametrize("name", LESSONS)
def test_each_graded_cell_has_its_checks_and_each_check_its_cell(name: str) -> None:
    assignment = COURSE.assignment(name)
    catalogue = judge.catalogue(assignment.tests)
    assert set(graded_by_machine(name)) == set(catalogue), f"{assignment.tests}: @pytest.mark.exercise"
    for exercise, checks in catalogue.items():
        points = settings_of(assignment.source)[exercise]["points"]
        assert (points > 0) is (checks.bonus == 0), f"{name}: {exercise} is worth points, or is a bonus"


@pytest.mark.parametrize("name", QUIZZES)
def test_each_graded_cell_has_its_question_and_each_question_its_cell(name: str) -> None:
    assert graded_by_machine(name) == [question.id for question in marked(load_quiz(COURSE, name))]


def test_what_lessons_measure_is_held_against_what_they_claim() -> None:
    """A lesson that keeps a dictionary `measured` has claims, and the other way round."""
    sources = {name: code_cells(COURSE.assignment(name).source) for name in LESSONS}
    measuring = {name for name, cells in sources.items() if any("measured = {}" in cell["source"] for cell in cells)}
    assert measuring == set(CLAIMS)
