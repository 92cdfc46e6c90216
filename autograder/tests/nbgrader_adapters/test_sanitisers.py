"""After our sanitiser, nbgrader's own find nothing to change in any submission."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any

import pytest
from dateutil.parser import ParserError  # type: ignore[import-untyped]
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import ClearOutput, DeduplicateIds, OverwriteCells, OverwriteKernelspec
from nbgrader.utils import compute_checksum, parse_utc

from autograder.course import Course
from autograder.intake import parse, released_notebook, sanitise
from autograder.intake.timestamps import parse_timestamp
from autograder.tests.nbgrader_adapters.stock import generate_assignment, nbgraders_list, nbgraders_sanitisers
from autograder.tests.nbgrader_adapters.support import NBGRADER_WARNINGS
from autograder.tests.notebooks import answered, as_bytes, cell_of, free, instructor, make_course, mischief

pytestmark = NBGRADER_WARNINGS
ANSWER = "def square(number):\n    return number * number"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course that nbgrader released and has in its gradebook."""
    made = make_course(tmp_path_factory.mktemp("course"), {"little": instructor()})
    generate_assignment(made)
    return made


@pytest.fixture
def released(course: Course) -> NotebookNode:
    return released_notebook(course.assignment("little"))


def nothing_left_to_change(course: Course, submitted: NotebookNode) -> None:
    released = released_notebook(course.assignment("little"))
    ours = sanitise(parse(as_bytes(submitted)).notebook, released).notebook
    theirs = copy.deepcopy(ours)
    assert nbgraders_sanitisers(course, theirs) == []
    assert theirs == ours
    for cell in ours.cells:
        settings = cell.metadata.get("nbgrader", {})
        if settings.get("locked"):
            assert compute_checksum(cell) == settings["checksum"]


def test_without_ours_they_do_find_something(course: Course, released: NotebookNode) -> None:
    """The tests below can fail."""
    assert {ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells} <= set(nbgraders_list())
    touched = answered(released, setup="import os")
    cell_of(touched, "square").metadata.nbgrader["points"] = 1000
    warnings = nbgraders_sanitisers(course, touched)
    assert [warning.split(" for cell")[0] for warning in warnings] == [
        "Attribute 'checksum'",
        "Attribute 'points'",
    ]


def test_honest_work(course: Course, released: NotebookNode) -> None:
    nothing_left_to_change(course, released)
    nothing_left_to_change(course, answered(released, square_code=ANSWER, why="Because.", playground="side = 5"))


@pytest.mark.parametrize(
    "change",
    [
        {"grade": False},
        {"points": 1000},
        {"points": "x"},
        {"locked": False},
        {"solution": True},
        {"task": True},
        {"schema_version": 1},
        {"schema_version": 99},
        {"checksum": "0" * 32},
        {"grade_id": "other"},
        {"grade_id": ""},
        {"extra": 1},
    ],
)
@pytest.mark.parametrize("name", ["setup", "square-code", "square", "why"])
def test_edited_settings(course: Course, released: NotebookNode, name: str, change: dict[str, Any]) -> None:
    cell_of(released, name).metadata.nbgrader.update(change)
    nothing_left_to_change(course, released)


def test_moved_copied_deleted_and_retyped_cells(course: Course, released: NotebookNode) -> None:
    moved = copy.deepcopy(released)
    moved.cells.reverse()
    nothing_left_to_change(course, moved)
    moved.cells += copy.deepcopy(released.cells)
    nothing_left_to_change(course, moved)
    for place in range(len(released.cells)):
        less = copy.deepcopy(released)
        del less.cells[place]
        nothing_left_to_change(course, less)
        retyped = copy.deepcopy(released)
        retyped.cells[place]["cell_type"] = "raw"
        nothing_left_to_change(course, retyped)


def test_metadata_tags_kernels_and_outputs(course: Course, released: NotebookNode) -> None:
    odd = answered(released, square="1", square_code=ANSWER)
    odd.metadata["kernelspec"] = {"name": "evil", "display_name": "E", "language": "bash"}
    odd.cells.append(free("1", "x", nbgrader={"grade": True, "grade_id": "bonus", "points": 5, "schema_version": 3}))
    for cell in odd.cells:
        cell.metadata["tags"] = ["skip-execution"]
        cell.metadata["collapsed"] = True
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [{"output_type": "stream", "name": "stdout", "text": "9"}], 3
    nothing_left_to_change(course, odd)


def test_any_mixture(course: Course, released: NotebookNode) -> None:
    for seed in range(15):
        chance = random.Random(seed)
        nb = answered(released, square_code=ANSWER)
        for _ in range(chance.randrange(1, 8)):
            mischief(nb, chance)
        nothing_left_to_change(course, nb)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 12:00:00.123456 UTC",
        "2026-03-01 12:00:00 CET",
        "2026-03-01 12:00:00 Europe/Amsterdam",
        "2026-03-01 12:00:00 +0000",
        "2026-03-01 12:00:00 -0100",
        "2026-03-01T12:00:00+02:00",
        "2026-03-01T12:00:00Z",
        "1 March 2026 noon",
        "March 2026",
        "2026-03-01 12:00:00 Nowhere/Land",
        "x",
        "",
    ],
)
def test_dates_are_read_as_nbgrader_reads_them(text: str) -> None:
    try:
        expected = parse_utc(text)
    except ParserError:
        with pytest.raises(ParserError):
            parse_timestamp(text)
    else:
        assert parse_timestamp(text) == expected


def test_files_stay_where_they_are(course: Course) -> None:
    assert sorted(path.name for path in Path(course.root).iterdir()) == [
        "gradebook.db",
        "nbgrader_config.py",
        "release",
        "source",
    ]
