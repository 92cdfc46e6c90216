from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from nbformat.notebooknode import NotebookNode

from autograder.errors import CourseError, RejectedSubmission
from autograder.intake.notebook import MAX_CELLS, identify, parse
from autograder.intake.release import released_notebook
from autograder.tests.notebooks import as_bytes, given, graded, instructor, make_course, notebook, released, solution


def faults(data: bytes) -> tuple[str, ...]:
    with pytest.raises(RejectedSubmission) as caught:
        parse(data)
    return caught.value.faults


def document(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(as_bytes(released()))
    return made | changes


def test_a_notebook_is_reduced_to_what_grading_reads() -> None:
    nb = released()
    nb.cells[1].outputs = [{"output_type": "nonsense"}]
    nb.cells[1].execution_count = 7
    nb.cells[1]["colour"] = "red"
    nb.cells[1].metadata["collapsed"] = "perhaps"
    parsed = parse(as_bytes(nb))
    assert [cell.source for cell in parsed.notebook.cells] == [cell.source for cell in nb.cells]
    assert parsed.notebook.cells[1].outputs == []
    assert parsed.notebook.cells[1].execution_count is None
    assert set(parsed.notebook.cells[1].metadata) == {"nbgrader", "submitted_id"}
    assert parsed.notices == ()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The notebook is an empty file."),
        (b" \n\t", "The notebook is an empty file."),
        (b'{"cells": [', "The notebook is not valid JSON (line 1, column 12: Expecting value)."),
        (b"\xff\xfe{}", "The notebook is not UTF-8 text."),
        (b"%PDF-1.7", "The notebook is not valid JSON (line 1, column 1: Expecting value)."),
        (b"[]", "The file is JSON, but not a notebook."),
        (b'{"a": 1}', "The file is JSON, but not a notebook."),
        (b'{"a": ' + b"9" * 5000 + b"}", "The notebook is not valid JSON (a number in it is too long)."),
        (b'{"nbformat": 4, "nbformat_minor": 5}', "The notebook has no list of cells."),
        (b'{"nbformat": 4, "nbformat_minor": 5, "cells": {}}', "The notebook has no list of cells."),
    ],
)
def test_intake_1_no_notebook(data: bytes, sentence: str) -> None:
    assert faults(data) == (sentence,)


def test_intake_2_ten_thousand_levels() -> None:
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
        data = opening * 10_000 + b"1" + closing * 10_000
        assert faults(data) == ("The notebook is nested more than 100 levels deep.",)
    # brackets in strings are no nesting
    assert parse(as_bytes(notebook(given("setup", "'" + "[" * 5000 + "\\\"'")))).notices == ()


def test_intake_2_a_million_cells() -> None:
    cells = b",".join([b'{"cell_type":"raw","source":"","metadata":{}}'] * 300_000)
    data = b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [' + cells + b"]}"
    started = time.monotonic()
    assert "cells; at most 2,000 are graded" in faults(data)[0]
    assert faults(data.replace(b"{}}", b'{},"a":[1,2,3,4]}'))[0] == "The notebook holds more than 2,000,000 values."
    assert time.monotonic() - started < 20


def test_cells_up_to_the_cap() -> None:
    assert parse(as_bytes(notebook(*[given(f"g{i}", "") for i in range(MAX_CELLS)]))).notices == ()


@pytest.mark.parametrize("data", [b'"' + b"\\" * 999_999, b'{"a": "' + b'\\"' * 500_000, b"[" * 99 + b"," * 1_000_000])
def test_the_measuring_scan_is_linear(data: bytes) -> None:
    started = time.monotonic()
    faults(data)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("version", [(3, 0), (5, 0), (4, 6), (4, -1)])
def test_versions_that_cannot_be_read(version: tuple[int, int]) -> None:
    found = faults(json.dumps(document(nbformat=version[0], nbformat_minor=version[1])).encode())
    assert f"is written in format {version[0]}.{version[1]}; formats 4.0 to 4.5 can be graded" in found[0]


@pytest.mark.parametrize("version", ["4", None, True, 4.0])
def test_a_version_that_is_no_number(version: Any) -> None:
    assert "does not say which notebook format" in faults(json.dumps(document(nbformat=version)).encode())[0]


@pytest.mark.parametrize("minor", range(6))
def test_older_minor_versions_are_upgraded(minor: int) -> None:
    old = document(nbformat_minor=minor)
    for cell in old["cells"]:
        cell["source"] = cell["source"].splitlines(True)
        if minor < 5:
            del cell["id"]
    nb = parse(json.dumps(old).encode()).notebook
    assert (nb.nbformat, nb.nbformat_minor) == (4, 5)
    assert len({cell.id for cell in nb.cells}) == len(nb.cells)
    assert nb.cells[0].source == released().cells[0].source


def test_a_notebook_of_format_three() -> None:
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": []}]}
    assert "format 3.0" in faults(json.dumps(old).encode())[0]


def test_all_faults_are_said_and_many_are_counted() -> None:
    broken = document(nbformat=5)
    broken["cells"][0]["cell_type"] = "spell\x1b"
    broken["cells"][1]["source"] = 3
    broken["cells"][2] = "cell"
    assert faults(json.dumps(broken).encode()) == (
        "The notebook is written in format 5.5; formats 4.0 to 4.5 can be graded: "
        "open it in a current JupyterLab and save it.",
        "Cell 1 is of the unknown kind “spell\\x1b”; known are code, markdown, raw.",
        "Cell 2 has no text (its source is missing or not a string).",
        "Cell 3 is not a cell at all.",
    )
    many = document(cells=[1] * 100)
    assert faults(json.dumps(many).encode())[-1] == "And 95 faults more."


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("metadata", []),
        ("metadata", {"kernelspec": "evil", "aandacht": 3}),
        ("metadata", {"kernelspec": {"name": 3}, "language_info": None}),
        ("cell metadata", "none"),
        ("cell metadata", {"tags": "skip-execution", "nbgrader": [1]}),
        ("cell metadata", {"tags": [1, "", "a,b", "a,b"], "name": ""}),
        ("id", "not / an id"),
        ("id", 7),
        ("attachments", {"a.png": {"image/png": 3}, "b": []}),
    ],
)
def test_odd_settings_cost_no_grade(place: str, value: Any) -> None:
    odd = document()
    if place == "metadata":
        odd["metadata"] = value
    else:
        odd["cells"][1][place.removeprefix("cell ")] = value
    assert len(parse(json.dumps(odd).encode()).notebook.cells) == len(odd["cells"])


def test_a_byte_order_mark_and_nan_are_let_pass() -> None:
    odd = document(extra=float("nan"))
    assert parse(b"\xef\xbb\xbf" + json.dumps(odd).encode()).notices == ()


def test_half_a_surrogate_pair_is_replaced() -> None:
    parsed = parse(as_bytes(notebook(given("setup", "x = '\ud83d'"))))
    assert parsed.notebook.cells[0].source == "x = '\N{REPLACEMENT CHARACTER}'"
    assert "were replaced" in parsed.notices[0]


# Is it a notebook of this assignment?


def other() -> NotebookNode:
    made = notebook(given("setup", ""), solution("cube-code", "pass"), graded("cube"))
    made.metadata["aandacht"] = {"assignment": "other", "release": "1"}
    return made


RELEASES = {"little": released(), "other": other()}


def check(nb: NotebookNode) -> tuple[str, ...]:
    return identify(parse(as_bytes(nb)).notebook, "little", RELEASES)


def test_the_right_notebook() -> None:
    assert check(released()) == ()


def test_the_right_notebook_without_its_mark() -> None:
    nb = released()
    del nb.metadata["aandacht"]
    assert check(nb) == ()
    for cell in nb.cells:  # as tools other than Jupyter may leave it
        cell.metadata.clear()
    assert check(nb) == ()


def test_the_cells_count_for_more_than_the_mark() -> None:
    nb = released()
    nb.metadata["aandacht"] = {"assignment": "other"}
    assert check(nb) == ()


def test_only_the_mark_is_left() -> None:
    nb = released()
    nb.cells = []
    assert check(nb) == ()


def test_a_notebook_of_another_assignment_is_named() -> None:
    for nb in (other(), notebook(*other().cells)):
        with pytest.raises(RejectedSubmission, match="a notebook of the assignment “other”, handed in for “little”"):
            check(nb)


def test_a_notebook_of_an_assignment_nobody_knows() -> None:
    nb = notebook(given("setup", ""))
    with pytest.raises(RejectedSubmission, match="holds none of the exercises of “little”"):
        check(nb)
    nb.metadata["aandacht"] = {"assignment": "from\nelsewhere"}
    with pytest.raises(RejectedSubmission, match=r"assignment “from.x0aelsewhere”"):
        check(nb)


def test_a_cell_taken_along_from_another_lesson() -> None:
    nb = released()
    nb.cells.append(solution("cube-code", "def cube(n): ..."))
    assert check(nb) == ()


def test_another_release_is_graded_with_a_notice() -> None:
    nb = released()
    nb.metadata["aandacht"]["release"] = "older"
    assert "another release" in check(nb)[0]


def test_the_released_notebook(tmp_path: Path) -> None:
    course = make_course(tmp_path, {"little": instructor()}, release=True)
    little = course.assignment("little")
    assert released_notebook(little) == released()
    little.release.write_text("{}")
    with pytest.raises(CourseError, match="build the release again"):
        released_notebook(little)
    little.release.unlink()
    with pytest.raises(CourseError, match="cannot be read"):
        released_notebook(little)


def test_of_settings_only_those_known_by_name_are_taken_along() -> None:
    nb = released()
    nb.metadata["aandacht"] |= {"more": ["x"]}
    nb.cells[1].metadata["nbgrader"] |= {"more": [{}] * 9, "points": {"a": [1]}, "locked": [True]}
    nb.cells[1].metadata["tags"] = [str(number) for number in range(1000)]
    parsed = parse(as_bytes(nb)).notebook
    assert set(parsed.metadata.aandacht) <= {"assignment", "release"}
    assert not {"more", "points", "locked"} & set(parsed.cells[1].metadata.nbgrader)
    assert parsed.cells[1].metadata.nbgrader.grade_id == nb.cells[1].metadata.nbgrader.grade_id
    assert len(parsed.cells[1].metadata.tags) == 100
