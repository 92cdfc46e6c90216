"""Files of wrong and of other right solutions, and the code that they are put into."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.misconceptions import (
    alternatives_of,
    code_until,
    load_variant,
    misconceptions_of,
    reference_for,
    stand_ins_of,
    suspects_for,
)
from autograder.tests.chain import instructor, make_chain

WHOLE = '''"""You add
    instead."""
exercise = "softmax"
must_fail = ["test_values"]
may_fail = ["test_large"]

def softmax(x, dim=-1): return x
'''


def variant(folder: Path, text: str | bytes) -> Path:
    path = folder / "added.py"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_file_is_read_without_being_run(tmp_path: Path) -> None:
    found = load_variant(variant(tmp_path, WHOLE + "raise SystemExit\n"))
    assert (found.slug, found.exercise, found.text) == ("added", "softmax", "You add instead.")
    assert (set(found.must_fail), set(found.may_fail)) == ({"test_values"}, {"test_large"})
    assert not found.stand_in
    assert found.source.startswith(WHOLE)


MALFORMED = {
    "no exercise": WHOLE.replace("exercise =", "exercises ="),
    "syntax": WHOLE + "def",
    "no constant": WHOLE.replace('["test_values"]', "names()"),
    "a name for a list": WHOLE.replace('["test_values"]', '"test_values"'),
    "a number for a list": WHOLE.replace('["test_values"]', "3"),
    "numbers for names": WHOLE.replace('["test_values"]', "[3]"),
    "a list for a name": WHOLE.replace('"softmax"', '["softmax"]'),
    "an unhashable": WHOLE.replace('["test_values"]', "{[]}"),
    "no UTF-8": WHOLE.encode() + b"\xff",
    "a NUL": WHOLE + "\0",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_file_is_the_courses_fault_and_named(tmp_path: Path, text: str | bytes) -> None:
    path = variant(tmp_path, text)
    with pytest.raises(CourseError) as caught:
        load_variant(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_the_courses_fault(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="cannot be read"):
        load_variant(tmp_path / "nowhere.py")


def test_the_files_of_an_assignment(chain: Assignment) -> None:
    assert [found.slug for found in misconceptions_of(chain)] == ["in_place", "last_dim", "no_maximum", "sum"]
    assert [found.slug for found in alternatives_of(chain)] == ["builtin", "einsum"]
    assert set(stand_ins_of(chain)) == {"softmax", "mix"}


def test_two_stand_ins_for_one_exercise_are_refused(tmp_path: Path) -> None:
    chain = make_chain(tmp_path)
    text = (chain.folder / "alternatives" / "builtin.py").read_text()
    (chain.folder / "alternatives" / "again.py").write_text(text)
    with pytest.raises(CourseError, match="two stand-ins for softmax"):
        stand_ins_of(chain)


def test_an_assignment_without_such_files_has_none(tmp_path: Path) -> None:
    chain = make_chain(tmp_path)
    nothing = Assignment(chain.course, "other")
    assert (misconceptions_of(nothing), alternatives_of(nothing), stand_ins_of(nothing)) == ([], [], {})


def test_code_until_an_exercise_is_what_defines_things_before_it() -> None:
    code = code_until(instructor(), "mix", {})
    assert code.index("import torch") < code.index("def softmax") < code.index("def mix")
    assert "visible tests" not in code
    assert "not to be run" not in code
    assert "def mix" not in code_until(instructor(), "softmax", {})


def test_code_until_takes_another_solution_in_place() -> None:
    code = code_until(instructor(), "mix", {"softmax": "softmax = None"})
    assert "def softmax" not in code
    assert code.index("import torch") < code.index("softmax = None") < code.index("def mix")


def test_code_until_an_unknown_exercise_is_the_courses_fault() -> None:
    with pytest.raises(CourseError, match="no graded cell 'other'"):
        code_until(instructor(), "other", {})


def test_references_and_suspects_run_as_they_are(chain: Assignment) -> None:
    namespace: dict[str, object] = {}
    exec(reference_for(chain, "mix"), namespace)
    assert {"softmax", "mix"} <= set(namespace)
    (suspect,) = suspects_for(chain, "mix")
    assert (suspect.slug, set(suspect.checks)) == ("sum", {"test_values"})
    exec(suspect.source, namespace)
    assert "values.sum(0)" in suspect.source
    assert "weights @ values" not in suspect.source
