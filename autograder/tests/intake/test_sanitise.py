from __future__ import annotations

import copy
import random
from typing import Any

import nbformat
import pytest
from nbformat.notebooknode import NotebookNode

from autograder.intake import Sanitised, parse, sanitise
from autograder.tests.notebooks import (
    answered,
    as_bytes,
    cell_of,
    free,
    graded,
    mischief,
    released,
    solution,
)

ANSWER = "def square(number):\n    return number * number"
RELEASED = released()
IDS = [cell.id for cell in RELEASED.cells]


def clean(nb: NotebookNode) -> Sanitised:
    """Parse and sanitise; whatever was handed in, the promises that always hold are checked."""
    before = copy.deepcopy(RELEASED)
    result = sanitise(parse(as_bytes(nb)).notebook, RELEASED)
    assert before == RELEASED
    promises(result.notebook)
    return result


def promises(nb: NotebookNode) -> None:
    """What holds for every sanitised notebook."""
    nbformat.validate(nb)
    known = [cell for cell in nb.cells if "nbgrader" in cell.metadata]
    ours = [cell for cell in RELEASED.cells if "nbgrader" in cell.metadata]
    assert [_frame(cell) for cell in known] == [_frame(cell) for cell in ours]
    assert nb.metadata == RELEASED.metadata
    assert (nb.nbformat, nb.nbformat_minor) == (4, 5)
    assert len({cell.id for cell in nb.cells}) == len(nb.cells)
    for cell in nb.cells:
        assert cell in known or cell.metadata == {}
        assert cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None)


def _frame(cell: NotebookNode) -> tuple[Any, ...]:
    """All of a cell that no student may change."""
    is_solution = cell.metadata.nbgrader.solution
    return cell.id, cell.cell_type, cell.metadata, None if is_solution else cell.source


def test_honest_work_needs_no_repair() -> None:
    nb = answered(RELEASED, square_code=ANSWER, why="A square is never negative.", playground="side = 4")
    nb.cells[4].outputs = [nbformat.v4.new_output("stream", text="hello")]  # type: ignore[no-untyped-call]
    nb.cells[4].execution_count = 3
    result = clean(nb)
    assert result.notices == ()
    assert [cell.id for cell in result.notebook.cells] == IDS
    assert cell_of(result.notebook, "square-code").source == ANSWER
    assert cell_of(result.notebook, "playground").source == "side = 4"
    assert cell_of(result.notebook, "why").source == "A square is never negative."


def test_sanitising_twice_changes_nothing() -> None:
    nb = answered(RELEASED, square_code=ANSWER)
    nb.cells.insert(2, free("own = 1", "mine"))
    once = clean(nb).notebook
    again = clean(once)
    assert again.notebook == once
    assert again.notices == ()


@pytest.mark.parametrize(
    "change",
    [
        {"points": 1000},
        {"points": "many"},
        {"points": float("nan")},
        {"grade": False},
        {"locked": False},
        {"solution": True},
        {"task": True},
        {"grade": False, "solution": False, "locked": False},
    ],
)
def test_intake_4_edited_grading_settings(change: dict[str, Any]) -> None:
    nb = answered(RELEASED, square_code=ANSWER)
    cell_of(nb, "square").metadata.nbgrader.update(change)
    assert clean(nb).notices == ("The grading settings of these cells had been changed and were put back: “square”.",)


@pytest.mark.parametrize("settings", [None, [], "x", {"grade_id": "square-code"}])
def test_settings_that_are_lost_or_odd(settings: Any) -> None:
    nb = answered(RELEASED, square_code=ANSWER)
    cell_of(nb, "square-code").metadata["nbgrader"] = settings
    result = clean(nb)
    assert cell_of(result.notebook, "square-code").source == ANSWER


def test_intake_5_deleted_cells_are_restored() -> None:
    for name in ("setup", "square-code", "square", "plot", "why"):
        nb = answered(RELEASED, square_code=ANSWER)
        nb.cells = [cell for cell in nb.cells if cell.id != name]
        result = clean(nb)
        assert result.notices == (f"These cells were missing and were put back as they were given: “{name}”.",)
        assert cell_of(result.notebook, name).source == cell_of(RELEASED, name).source


def test_everything_deleted() -> None:
    nb = copy.deepcopy(RELEASED)
    nb.cells = []
    assert [cell.id for cell in clean(nb).notebook.cells] == ["setup", "square-code", "square", "plot", "why"]


def test_an_answer_in_a_cell_of_ones_own_runs_behind_a_restored_stub_and_before_its_test() -> None:
    nb = copy.deepcopy(RELEASED)
    nb.cells[3] = free(ANSWER, "mine")
    assert [cell.id for cell in clean(nb).notebook.cells][2:6] == ["square-code", "playground", "student-1", "square"]
    del nb.cells[4]
    assert [cell.id for cell in clean(nb).notebook.cells][2:6] == ["square-code", "playground", "student-1", "square"]


def test_locked_cells_get_their_text_back() -> None:
    nb = answered(RELEASED, setup="import os", square="assert True", plot="1/0", square_code=ANSWER)
    result = clean(nb)
    assert result.notices == (
        "These cells are given and may not be changed; their text was put back: “setup”, “square”, “plot”.",
    )


def test_moved_cells_go_back_to_their_place() -> None:
    nb = answered(RELEASED, square_code=ANSWER)
    nb.cells.insert(0, nb.cells.pop(4))  # the tests first
    nb.cells.append(nb.cells.pop(2))  # the set-up last
    result = clean(nb)
    ids = [cell.id for cell in result.notebook.cells if cell.id not in ("welcome", "playground")]
    assert ids == ["setup", "square-code", "square", "plot", "why"]
    assert result.notices[0].startswith("These cells had been moved and were put back in their place:")


def test_forge_13_tags() -> None:
    nb = answered(RELEASED, square_code=ANSWER)
    cell_of(nb, "square").metadata["tags"] = ["skip-execution"]
    cell_of(nb, "square-code").metadata["tags"] = ["skip-execution", "raises-exception"]
    cell_of(nb, "plot").metadata["tags"] = []
    nb.cells.append(free("1/0", "mine", tags=["skip-execution"]))
    assert clean(nb).notices == (
        "The tags of these cells had been changed and were put back: “square-code”, “square”, “plot”.",
        "Tags on cells of your own have no effect on grading and were taken off: “student-1”.",
    )


def test_intake_6_another_kernel() -> None:
    nb = answered(RELEASED, square_code=ANSWER)
    nb.metadata["kernelspec"] = {"name": "evil\x1b", "display_name": "Python 3", "language": "bash"}
    assert clean(nb).notices == (
        "The notebook asks for the kernel “evil\\x1b”; it was graded with the kernel of the assignment.",
    )


def test_a_solution_cell_of_another_kind() -> None:
    nb = copy.deepcopy(RELEASED)
    nb.cells[3] = nbformat.from_dict(  # type: ignore[no-untyped-call]
        {"cell_type": "markdown", "id": "x", "metadata": nb.cells[3].metadata, "source": ANSWER}
    )
    result = clean(nb)
    assert cell_of(result.notebook, "square-code").source == ANSWER
    assert result.notices == (
        "These cells had been changed into another kind of cell and were changed back: “square-code”.",
    )


# intake-3: duplicated grade ids


def with_copies(*sources: str) -> NotebookNode:
    """The released notebook with a copy of the solution cell for each source in place of the one."""
    nb = copy.deepcopy(RELEASED)
    nb.cells[3:4] = [solution("square-code", source) for source in sources]
    for cell, number in zip(nb.cells[3:], range(len(sources)), strict=False):
        cell.id = f"copy-{number}"
    return nb


STUB = cell_of(RELEASED, "square-code").source


@pytest.mark.parametrize(
    ("sources", "answer", "others"),
    [
        (["A", "B"], "B", ["A"]),
        (["A", STUB], "A", []),
        ([STUB, "A"], "A", []),
        (["A", STUB, "B", STUB], "B", ["A"]),
        ([STUB, STUB], STUB, []),
    ],
)
def test_intake_3_the_last_copy_with_work_is_the_answer(sources: list[str], answer: str, others: list[str]) -> None:
    result = clean(with_copies(*sources))
    assert cell_of(result.notebook, "square-code").source == answer
    assert [cell.source for cell in result.notebook.cells if cell.id.startswith("student-")] == others
    assert any("“square-code”" in notice for notice in result.notices)


def test_intake_3_copies_run_in_the_order_they_were_in() -> None:
    result = clean(with_copies("first half", "second half"))
    at = [cell.source for cell in result.notebook.cells]
    assert at.index("first half") < at.index("second half")


def test_intake_3_a_copied_test_cell() -> None:
    nb = answered(RELEASED, square_code=ANSWER)
    nb.cells.append(graded("square", cell_of(RELEASED, "square").source))
    nb.cells.append(graded("square", "print('experiment')"))
    result = clean(nb)
    assert [cell.source for cell in result.notebook.cells].count(cell_of(RELEASED, "square").source) == 1
    assert cell_of(result.notebook, "student-1").source == "print('experiment')"
    assert len(result.notices) == 2


# Cells of the student's own


def test_own_cells_keep_text_kind_and_place_and_lose_the_rest() -> None:
    nb = answered(RELEASED, square_code=ANSWER)
    forged = {"grade": True, "solution": False, "locked": True, "grade_id": "bonus", "points": 50, "schema_version": 3}
    nb.cells.insert(4, free("own = 1", "setup-2", nbgrader=forged, hide=True))
    nb.cells.insert(5, free("*note*", "note", kind="markdown"))
    result = clean(nb)
    assert [(cell.id, cell.cell_type) for cell in result.notebook.cells[3:7]] == [
        ("square-code", "code"),
        ("student-1", "code"),
        ("student-2", "markdown"),
        ("square", "code"),
    ]
    assert result.notices == ("Grading settings were taken off cells of your own: “student-1”.",)


def test_ids_that_a_student_made_up_take_no_ones_place() -> None:
    nb = answered(RELEASED, square_code=ANSWER)
    nb.cells += [free("a", "student-2"), free("b", "student-1"), free("c", "welcome-2")]
    assert [cell.id for cell in clean(nb).notebook.cells][-3:] == ["student-1", "student-2", "student-3"]


def test_a_free_cell_that_was_given_keeps_its_id_once() -> None:
    nb = answered(RELEASED, square_code=ANSWER)
    nb.cells.append(copy.deepcopy(cell_of(nb, "playground")))
    ids = [cell.id for cell in clean(nb).notebook.cells]
    assert ids == [*IDS, "student-1"]


def test_any_mixture_of_mischief_keeps_the_promises() -> None:
    for seed in range(60):
        chance = random.Random(seed)
        nb = answered(RELEASED, square_code=ANSWER)
        for _ in range(chance.randrange(1, 8)):
            mischief(nb, chance)
        clean(nb)
