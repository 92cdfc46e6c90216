"""What a kernel says becomes the outputs of a cell, and is capped, each cell and all of them together."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.sandbox.channels import Message
from autograder.sandbox.limits import Limits
from autograder.sandbox.outputs import Outputs
from autograder.tests.notebooks import free, notebook

LIMITS = Limits(output_bytes=1000, all_output_bytes=2500)


@pytest.fixture
def nb() -> NotebookNode:
    return notebook(*[free("pass", f"cell-{n}") for n in range(4)])


def message(kind: str, size: int = 10, **content: Any) -> Message:
    return Message("iopub", kind, "request", content, size)


def text(size: int, name: str = "stdout") -> Message:
    return message("stream", size, name=name, text="x" * size)


def said(words: str, name: str = "stdout") -> Message:
    return message("stream", name=name, text=words)


def picture(words: str, name: str | None = None, kind: str = "display_data") -> Message:
    return message(kind, data={"text/plain": words}, metadata={}, transient={"display_id": name} if name else {})


def shown(nb: NotebookNode, index: int = 0) -> list[str]:
    return [each.get("text") or each.data["text/plain"] for each in nb.cells[index].outputs]


def send(outputs: Outputs, nb: NotebookNode, index: int, *messages: Message) -> str:
    """What the cell shows once these have come in."""
    for each in messages:
        outputs.take(each, index)
    return "".join(output.get("text", "") for output in nb.cells[index].outputs)


def test_what_fits_is_shown(nb: NotebookNode) -> None:
    outputs = Outputs(nb, LIMITS)
    assert len(send(outputs, nb, 0, text(400), text(400))) == 800
    assert outputs.overflowed == set()


def test_a_cell_puts_out_so_much_and_no_more(nb: NotebookNode) -> None:
    outputs = Outputs(nb, LIMITS)
    assert len(send(outputs, nb, 0, text(400), text(700), text(1))) == 400
    assert outputs.overflowed == {0}
    assert not outputs.has_said_all
    assert len(send(outputs, nb, 1, text(400))) == 400


def test_one_huge_output_is_not_shown_at_all(nb: NotebookNode) -> None:
    outputs = Outputs(nb, LIMITS)
    assert send(outputs, nb, 0, text(10**7)) == ""
    assert not outputs.has_said_all  # it was not kept, so the other cells have as much as before
    assert len(send(outputs, nb, 1, text(900))) == 900


def test_all_cells_together_put_out_so_much_and_no_more(nb: NotebookNode) -> None:
    outputs = Outputs(nb, LIMITS)
    assert [len(send(outputs, nb, index, text(900))) for index in range(4)] == [900, 900, 0, 0]
    assert outputs.overflowed == {2, 3}
    assert outputs.has_said_all


@pytest.mark.parametrize(
    "flood",
    [
        message("display_data", 10**6, data={"image/png": "x"}, metadata={}),
        message("execute_result", 10**6, data={"text/html": "x"}, metadata={}, execution_count=1),
        message("error", 10**6, ename="E", evalue="x", traceback=[]),
        message("comm_open", 10**6, comm_id="1", target_name="x", data={"state": {"x": "x"}}),
        message("update_display_data", 10**6, data={"text/plain": "x"}, metadata={}, transient={"display_id": "1"}),
    ],
    ids=lambda flood: str(flood.kind),
)
def test_outputs_of_every_kind_count(nb: NotebookNode, flood: Message) -> None:
    outputs = Outputs(nb, LIMITS)
    send(outputs, nb, 0, flood, text(1))
    assert nb.cells[0].outputs == []
    assert outputs.overflowed == {0}


ODD = [
    message("stream"),
    message("stream", name=3),
    message("stream", name="odd", text=3),
    message("stream", name="stdout", text=["a", 1]),
    message("display_data"),
    message("display_data", data=7, metadata={}),
    message("display_data", data={}, metadata={}, transient=7),
    message("display_data", data={"text/plain": "x"}, metadata={}, transient={"display_id": ["x"]}),
    message("execute_result", data=7),
    message("update_display_data", transient={"display_id": "1"}),
    message("error", ename="E"),
    message("comm_msg", data=3, comm_id=[]),
    message("odd"),
    message("status"),
    message("status", execution_state=[]),
]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: f"{odd.kind} {odd.content}"[:40])
def test_what_is_no_output_is_not_shown(nb: NotebookNode, odd: Message) -> None:
    outputs = Outputs(nb, LIMITS)
    send(outputs, nb, 0, odd)
    assert nb.cells[0].outputs == []
    assert send(outputs, nb, 0, said("goes on")) == "goes on"


def test_what_is_printed_piece_by_piece_is_one_output(nb: NotebookNode) -> None:
    send(Outputs(nb, LIMITS), nb, 0, said("a"), said("b"), said("!", "stderr"), said("c"), picture("d"), said("e"))
    assert shown(nb) == ["ab", "!", "c", "d", "e"]
    nbformat.validate(nb)


def test_a_cell_that_runs_again_begins_without_outputs(nb: NotebookNode) -> None:
    outputs = Outputs(nb, LIMITS)
    send(outputs, nb, 0, said("old"), message("clear_output", wait=True))
    outputs.begin(0)
    assert send(outputs, nb, 0, said("new"), said(" too")) == "new too"


def test_outputs_are_cleared_at_once_or_when_the_next_one_comes(nb: NotebookNode) -> None:
    outputs = Outputs(nb, LIMITS)
    assert send(outputs, nb, 0, said("a"), message("clear_output", wait=False)) == ""
    assert send(outputs, nb, 0, said("b"), message("clear_output", wait=True)) == "b"
    assert send(outputs, nb, 0, said("c"), said("d")) == "cd"


def test_a_picture_with_a_name_changes_wherever_it_stands(nb: NotebookNode) -> None:
    outputs = Outputs(nb, LIMITS)
    send(outputs, nb, 0, picture("one", "name"), picture("other", "else"))
    send(outputs, nb, 1, picture("two", "name"))
    assert [shown(nb, 0), shown(nb, 1)] == [["two", "other"], ["two"]]
    send(outputs, nb, 2, picture("three", "name", "update_display_data"))
    assert [shown(nb, 0), shown(nb, 1), shown(nb, 2)] == [["three", "other"], ["three"], []]


def test_an_update_of_what_was_cleared_shows_nothing(nb: NotebookNode) -> None:
    outputs = Outputs(nb, LIMITS)
    send(outputs, nb, 0, picture("one", "name"), message("clear_output"), picture("two", "name", "update_display_data"))
    assert nb.cells[0].outputs == []


def test_what_is_shown_in_many_places_counts_in_each(nb: NotebookNode) -> None:
    """A file would hold it as many times: a few megabytes would become many gigabytes."""
    outputs = Outputs(nb, LIMITS)
    send(outputs, nb, 0, *[picture("small", "name") for _ in range(5)])
    send(outputs, nb, 1, message("update_display_data", 300, **picture("large", "name").content))
    assert set(shown(nb)) == {"small"}
    assert outputs.overflowed == {1}


def test_the_kernels_count_of_cells_is_kept_where_it_is_a_number(nb: NotebookNode) -> None:
    outputs = Outputs(nb, LIMITS)
    send(outputs, nb, 0, message("execute_input", code="pass", execution_count=7))
    send(outputs, nb, 1, message("execute_input", code="pass", execution_count="many"))
    send(outputs, nb, 2, message("execute_input", code="pass", execution_count=True))
    send(outputs, nb, 3, message("execute_input", code="pass", execution_count=-1))
    outputs.drop_odd()
    assert [cell.execution_count for cell in nb.cells] == [7, None, None, None]
    nbformat.validate(nb)


def test_outputs_that_no_file_can_hold_are_dropped(nb: NotebookNode) -> None:
    outputs = Outputs(nb, LIMITS)
    infinite = message("display_data", data={"application/json": {"x": float("nan")}}, metadata={}, transient={})
    send(outputs, nb, 0, said("fine"), picture("\ud800"), infinite, picture("fine, too"))
    outputs.drop_odd()
    assert shown(nb) == ["fine", "fine, too"]


def test_outputs_that_nobody_could_copy_are_dropped(nb: NotebookNode) -> None:
    nested: list[Any] = []
    for _ in range(480):
        nested = [nested]
    outputs = Outputs(nb, LIMITS)
    send(outputs, nb, 0, said("fine"), message("display_data", data={"application/json": nested}, metadata={}))
    outputs.drop_odd()
    assert shown(nb) == ["fine"]
