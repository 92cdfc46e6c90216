"""Random and damaged submissions: taken in whole, or rejected in a sentence, and never for more memory than is fair."""

from __future__ import annotations

import contextlib
import copy
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import strategies as st

from autograder.course import Assignment
from autograder.errors import RejectedSubmission
from autograder.intake import accept, check_student_id, read_submission, sort_students
from autograder.intake.files import printable
from autograder.intake.sanitise import grade_id_of
from autograder.tests.intake.test_sanitise import ANSWER, RELEASED
from autograder.tests.laws import Law, holds, most_memory
from autograder.tests.notebooks import answered, as_bytes, instructor, make_course

Draw = Callable[[st.SearchStrategy[Any]], Any]
WHOLE: dict[str, Any] = json.loads(as_bytes(answered(RELEASED, square_code=ANSWER)))
LOCKED = {name: cell for cell in RELEASED.cells if (name := grade_id_of(cell)) and not cell.metadata.nbgrader.solution}

HALF = "\ud83d"  # of a pair of surrogates
TEXTS = st.one_of(st.text(st.characters(), max_size=8), st.sampled_from([HALF, "\0", "\x1b[2J", "../..", "a" * 5000]))
KEYS = st.one_of(
    TEXTS,
    st.sampled_from(["cell_type", "source", "metadata", "nbgrader", "grade_id", "points", "tags", "id", "cells"]),
    st.sampled_from(["attachments", "image/png", "aandacht", "assignment", "release", "kernelspec", "name", "items"]),
    st.sampled_from(["get", "pop", "update", "copy", "keys", "__class__", "__dict__", "__init__"]),
)
NUMBERS = st.one_of(
    st.integers(-5, 5), st.integers(), st.floats(), st.sampled_from([10**400, -(2**63), math.nan, 1e308])
)
ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, st.sampled_from(["code", "markdown", "square", "square-code"])),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=6,
)


def nested(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"metadata": value}
    return value


DEEP = st.integers(0, 130).map(nested)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part of a JSON value."""
    yield at
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from places(inner, (*at, key))


def edit(draw: Draw, document: Any) -> Any:
    """One part of a document taken out, doubled, moved to another key or replaced by something odd."""
    *way, last = draw(st.sampled_from([way for way in places(document) if way]))
    parent = document
    for key in way:
        parent = parent[key]
    what = draw(st.sampled_from(["replace", "replace", "remove", "double", "rename", "add"]))
    if what == "replace":
        parent[last] = draw(st.one_of(ODD, DEEP))
    elif what == "remove":
        del parent[last]
    elif isinstance(parent, list):
        parent.insert(draw(st.integers(0, len(parent))), copy.deepcopy(parent[last]))
    elif what == "rename":
        parent[draw(KEYS)] = parent.pop(last)
    else:
        parent[draw(KEYS)] = draw(ODD)
    return document


@st.composite
def edited(draw: Draw) -> bytes:
    """A right submission after some edits of its structure."""
    document = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(1, 5))):
        document = edit(draw, document) if document else document
    return json.dumps(document).encode()


@st.composite
def damaged(draw: Draw) -> bytes:
    """A right submission with some bytes taken out, put in or doubled."""
    data = json.dumps(WHOLE).encode()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        new = draw(st.one_of(st.binary(max_size=6), st.sampled_from([b'"', b"[", b"}", b"\\ud800", b"1e999", b"NaN"])))
        data = data[:start] + draw(st.one_of(st.just(new), st.just(data[start:end] * 2))) + data[end:]
    return data


@st.composite
def repeated(draw: Draw) -> bytes:
    """A right submission in which one small value stands very often in some place, listed or by name."""
    document = copy.deepcopy(WHOLE)
    document["cells"][0]["attachments"] = {"a.png": {"image/png": ""}}
    *way, last = draw(st.sampled_from([way for way in places(document) if way]))
    parent = document
    for key in way:
        parent = parent[key]
    parent[last] = "MANY"
    value = json.dumps(draw(st.one_of(st.sampled_from([{}, [], {"a": 1}, {"image/gif": "R0lGODlh"}]), ODD)))
    count = min(draw(st.integers(1, 200_000)), 500_000 // len(value))
    listed = f"[{','.join([value] * count)}]"
    named = "{" + ",".join(f'"{number}":{value}' for number in range(count)) + "}"
    return json.dumps(document).replace('"MANY"', draw(st.sampled_from([listed, named]))).encode()


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return make_course(tmp_path_factory.mktemp("course"), {"little": instructor()}, release=True).assignment("little")


def is_fair(taken: nbformat.NotebookNode) -> None:
    """A notebook that may be graded: valid, writable, and with the release's own graded and locked cells."""
    nbformat.validate(taken)
    as_bytes(taken).decode()
    found = {name: cell for cell in taken.cells if (name := grade_id_of(cell))}
    assert [cell.metadata.nbgrader for cell in found.values()] == [
        cell.metadata.nbgrader for cell in RELEASED.cells if grade_id_of(cell)
    ]
    assert {name: found[name].source for name in LOCKED} == {name: cell.source for name, cell in LOCKED.items()}


def sentences_are_fair(sentences: tuple[str, ...]) -> None:
    assert all(sentence.isprintable() and len(sentence) < 1000 for sentence in sentences)


@pytest.fixture
def laws(assignment: Assignment, tmp_path: Path) -> dict[str, Law]:
    """What holds for any bytes handed in for the assignment."""

    def a_notebook_is_taken_in_or_rejected(data: bytes) -> None:
        try:
            taken = accept(data, assignment)
        except RejectedSubmission as error:
            sentences_are_fair(error.faults)
            return
        is_fair(taken.notebook)
        sentences_are_fair(taken.notices)

    def a_notebook_takes_no_more_memory_than_is_fair(data: bytes) -> None:
        with most_memory(40 * len(data) + 4 * 2**20), contextlib.suppress(RejectedSubmission):
            accept(data, assignment)

    def a_date_is_read_or_rejected(data: bytes) -> None:
        folder = tmp_path / "submitted" / "ada" / "little"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "little.ipynb").write_bytes(data)
        (folder / "timestamp.txt").write_bytes(data)
        with contextlib.suppress(RejectedSubmission):
            read_submission(tmp_path / "submitted", "ada", "little")

    def a_name_is_one_or_refused(name: str) -> None:
        assert printable(name).isprintable()
        roster = sort_students([name, name.swapcase(), "ada"])
        sentences_are_fair(tuple(sentence for _, sentence in roster.refused))
        try:
            check_student_id(name)
        except RejectedSubmission as error:
            sentences_are_fair(error.faults)
            with pytest.raises(RejectedSubmission):
                read_submission(tmp_path, name, "little")
        else:
            assert (tmp_path / name).parent == tmp_path

    any_bytes = st.one_of(edited(), edited(), damaged(), st.binary(max_size=200))
    dates = st.one_of(
        st.datetimes().map(str),
        st.text(max_size=30),
        st.from_regex(r"\A[0-9T:. +-]{1,30} ?[A-Za-z0-9+-]{0,6}\Z"),
    )
    return {
        "notebook": Law(a_notebook_is_taken_in_or_rejected, any_bytes, 400),
        "memory": Law(a_notebook_takes_no_more_memory_than_is_fair, repeated(), 25, large=True),
        "date": Law(a_date_is_read_or_rejected, st.one_of(dates.map(str.encode), st.binary(max_size=40)), 300),
        "name": Law(a_name_is_one_or_refused, st.one_of(st.text(st.characters(), max_size=80), TEXTS), 200),
    }


@pytest.mark.parametrize("name", ["notebook", "memory", "date", "name"])
def test_the_law_holds(laws: dict[str, Law], name: str) -> None:
    holds(laws[name])


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["notebook", "memory", "date", "name"])
def test_the_law_holds_at_length(laws: dict[str, Law], name: str) -> None:
    holds(laws[name], times=6)
