"""Answers are read from the text of a cell: kindly, strictly, and without running anything."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.quiz.public import WrongFormat, read_answer, read_text, shown

READ = [
    ("one", 'answer_1 = "B"', "B"),
    ("one", "answer_1 = ' b '", "B"),
    ("one", 'answer_1 = ["c"]', "C"),
    ("one", '# a word\nanswer_1 = "A"  # sure\nprint(answer_1)', "A"),
    ("one", 'answer_1 = "A"\nanswer_1 = "C"', "C"),
    ("one", "answer_1 = None", None),
    ("one", 'answer_1: str = "B"', "B"),
    ("one", 'answer_1 = "B";', "B"),
    ("several", 'answer_1 = ["C", "a"]', ("A", "C")),
    ("several", 'answer_1 = {"A", "C"}', ("A", "C")),
    ("several", 'answer_1 = "A, C"', ("A", "C")),
    ("several", 'answer_1 = ("D",)', ("D",)),
    ("order", 'answer_1 = ["D", "A", "C", "B"]', ("D", "A", "C", "B")),
    ("order", 'answer_1 = "dacb"', ("D", "A", "C", "B")),
    ("number", "answer_1 = 3", 3.0),
    ("number", "answer_1 = -1 / 8", -0.125),
    ("number", "answer_1 = 2 * (3 + 4) ** 2", 98.0),
    ("number", "answer_1 = 1e-3", 0.001),
    ("line", "answer_1 = 3", 3),
    ("line", "answer_1 = 3.0", 3),
    ("text", 'answer_1 = "the  keys "', "the  keys"),
    ("prints", 'answer_1 = """0 [0]\n1 [1]\n"""', "0 [0]\n1 [1]"),
]
REFUSED = [
    ("one", 'answer_1 = "E"', "expects one letter"),
    ("one", 'answer_1 = "AB"', "expects one letter"),
    ("one", "answer_1 = 2", "expects one letter"),
    ("one", "answer_1 = B", "expects one letter"),
    ("one", 'answer_2 = "B"', "has lost its line “answer_1 = …”"),
    ("one", "", "has lost its line"),
    ("one", 'answer_1 = "B', "cannot be read (a quote or a bracket missing?)"),
    ("one", "%magic\nanswer_1 = 'B'", "cannot be read"),
    ("several", 'answer_1 = ["A", "A"]', "expects a list of letters"),
    ("several", "answer_1 = []", "expects a list of letters"),
    ("order", 'answer_1 = ["A", "B"]', "expects a list of all letters"),
    ("number", 'answer_1 = "3"', "expects a number"),
    ("number", "answer_1 = True", "expects a number"),
    ("number", "answer_1 = 1 / 0", "expects a number"),
    ("number", "answer_1 = 9 ** 9 ** 9", "expects a number"),
    ("number", "answer_1 = 1e999", "expects a number"),
    ("number", "answer_1 = sqrt(2)", "expects a number"),
    ("number", "answer_1 = x + 1", "expects a number"),
    ("number", "answer_1 = " + "9" * 5000, "cannot be read"),
    ("number", "answer_1 = " + "-" * 9000 + "1", "expects"),
    ("number", "answer_1 = " + "(" * 300 + "1" + ")" * 300, "cannot be read"),
    ("line", "answer_1 = 2.5", "expects the number of a line"),
    ("text", 'answer_1 = ""', "expects a word or two"),
    ("text", "answer_1 = ['keys']", "expects a word or two"),
    ("text", f'answer_1 = "{"x" * 501}"', "expects a word or two"),
    ("text", f'answer_1 = "{"x" * 20_000}"', "longer than 10,000 characters"),
    ("text", 'answer_1 = "a" * 10**9', "expects a word or two"),
]


@pytest.mark.parametrize(("kind", "source", "answer"), READ)
def test_an_answer_is_read(kind: str, source: str, answer: object) -> None:
    assert read_answer(source, "answer_1", kind, "ABCD") == answer


@pytest.mark.parametrize(("kind", "source", "words"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_read_gets_a_sentence(kind: str, source: str, words: str) -> None:
    started = time.monotonic()
    with pytest.raises(WrongFormat) as caught:
        read_answer(source, "answer_1", kind, "ABCD")
    assert words in str(caught.value)
    assert time.monotonic() - started < 2


def test_nothing_is_run(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    with pytest.raises(WrongFormat):
        read_answer(f"answer_1 = open({str(trace)!r}, 'w')", "answer_1", "text")
    read_answer(f"open({str(trace)!r}, 'w')\nanswer_1 = 'x'", "answer_1", "text")
    assert not trace.exists()


@given(st.text(max_size=300), st.sampled_from(["one", "several", "order", "number", "line", "text", "prints"]))
def test_no_text_breaks_the_reader(text: str, kind: str) -> None:
    for source in (text, f"answer_1 = {text}", f"answer_1 = {text!r}"):
        try:
            answer = read_answer(source, "answer_1", kind, "ABCD")
        except WrongFormat:
            continue
        assert answer is None or isinstance(answer, str | int | float | tuple)
        assert shown(answer)


def test_a_student_id_is_a_text() -> None:
    assert read_text('student = " s123 "', "student") == "s123"
    assert read_text("student = None", "student") == ""
    with pytest.raises(WrongFormat, match="expects your id in quotes"):
        read_text("student = 123", "student")


def test_answers_are_shown_as_people_write_them() -> None:
    assert [shown(one) for one in (None, "B", ("A", "C"), 0.5, 196.0, 3)] == [
        "not answered yet",
        "B",
        "A, C",
        "0.5",
        "196",
        "3",
    ]
