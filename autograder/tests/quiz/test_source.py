"""A quiz's file is read strictly, and a fault names file, line and question."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Course
from autograder.errors import CourseError, UsageError
from autograder.quiz import faults as rules
from autograder.quiz.lines import Where
from autograder.quiz.source import load_quiz, quiz_names, read_quiz
from autograder.tests.quiz.support import SMALL

BROKEN = {
    "a key that there is not": (
        'why = "It subtracts."',
        'wy = "It subtracts."',
        "wrong-line: wy: there is no field 'wy'",
    ),
    "another type": ("line = 3", 'line = "3"', "question wrong-line: line: Expected `int`, got `str`"),
    "a number out of its bounds": ("difficulty = 3", "difficulty = 4", "question wrong-line: difficulty: Invalid"),
    "a kind that there is not": ('kind = "prints"', 'kind = "print"', "question printed: kind: Invalid value 'print'"),
    "an id that is no slug": ('id = "word"', 'id = "A Word"', "question A Word: id: Expected `str` matching regex"),
    "an id twice": ('id = "word"', 'id = "printed"', "question printed: id: this id is that of another cell too"),
    "an id of the notebook": ('id = "word"', 'id = "setup"', "question setup: id: this id is taken by the notebook"),
    "an id of another question's cell": ('id = "word"', 'id = "printed-answer"', "this id is that of another cell too"),
    "a parameter that Python knows": ("H = [2, 4], T", "if = [2, 4], H = [2, 4], T", "'if' cannot be the name"),
    "a value twice": ("H = [2, 4]", "H = [2, 2, 4]", "H has a value twice"),
    "neighbours that can share": ('answer = "H * each"', 'answer = "50"', "the answer is the same for all values"),
    "a form that is nothing": ('"key-vectors"', '"the"', "holds a form of which nothing is left"),
    "a number that nobody can hand in": (
        'answer = "H * each"',
        'answer = "H * 10.0 ** 40 * T"',
        "which nobody can hand in",
    ),
    "any number at all": ("tolerance = 0.5", "tolerance = inf", "question number-of-scores: tolerance: Expected"),
    "code that ends itself": ("for row in range(2):", "# ```\nfor row in range(2):", "may not hold ```"),
    "too few values": (
        "H = [2, 4]",
        "H = [2]",
        "question number-of-scores: parameters: Expected `array` of length >= 2",
    ),
    "no name of a parameter": (
        "H = [2, 4]",
        '"h-1" = [2, 4]',
        "number-of-scores: parameters: Expected `str`",
    ),
    "an explanation that says nothing": (
        'why = "Nothing is saved."',
        'why = " "',
        "question one-of-three: why: Expected",
    ),
    "no title": ('title = "After the lesson: a small quiz"', "", "Object missing required field `title`"),
    "another file": ('lesson = "small"', 'lesson = "large"', "is called large-post.toml"),
    "two right ones of one": (
        'why = "The softmax sees to that."',
        'why = "x"\nright = true',
        "question one-of-three: option: one option has to be right, and 2 are",
    ),
    "all of several right": (
        'why = "That is a table."',
        'why = "x"\nright = true',
        "at least two options have to be right",
    ),
    "the same option twice": (
        'text = "To save memory."',
        'text = "So that the weights sum to 1."',
        "two of them are the same",
    ),
    "an expression that fails": ('answer = "H * each"', 'answer = "H * nothing"', "'H * nothing' cannot be computed"),
    "an expression that is no number": ('answer = "H * each"', 'answer = "str(H)"', "comes to no number"),
    "a place without a value": (
        "over <<T>> tokens",
        "over <<N>> tokens",
        "question number-of-scores: text: <<N>> is no parameter",
    ),
    "computed values in what is shown": ("over <<T>> tokens", "over <<T>> and <<each>>", "<<each>> is no parameter"),
    "a parameter that nobody meets": ("T = [5, 7, 11] }", "T = [5, 7, 11], Z = [1, 2] }", "Z stands nowhere"),
    "too many variants": ("T = [5, 7, 11] }", f"T = {list(range(5, 40))} }}", "more than 60 variants"),
    "a slip that is right": ('answer = "each"', 'answer = "each * H"', "would be marked as right"),
    "a formula that cannot be set": ("$\\\\sqrt{d_k}$", "$\\\\nosuch{d_k}$", "cannot be set as a formula"),
    "a line that there is not": ("line = 3", "line = 9", "the code has no such line"),
    "no proof of a line": ('proof = "assert total == 6"', "", "question wrong-line: proof: is missing"),
    "no explanation": ('why = "Two lines."', "", "question printed: why: is missing: everybody reads it"),
    "a picture that there is not": (
        'why = "Two lines."',
        'why = "x"\npicture = "no.svg"\nalt = "x"',
        "there is no SVG",
    ),
    "no TOML": ('kind = "order"', "kind = order", "Invalid value (at line"),
}


@pytest.fixture(autouse=True)
def _small_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The size of a bank has a test of its own."""
    monkeypatch.setattr(rules, "PRACTICE", 0)
    monkeypatch.setattr(rules, "ASKED", 1)


def reading(text: str, tmp_path: Path) -> str:
    """What is said of a file that holds this."""
    path = tmp_path / "quizzes" / "small-post.toml"
    with pytest.raises(CourseError) as caught:
        read_quiz(path, text.encode())
    return str(caught.value)


def test_the_small_quiz_has_no_fault(tmp_path: Path) -> None:
    assert len(read_quiz(tmp_path / "small-post.toml", SMALL.encode()).questions) == 7


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_names_file_line_and_question(tmp_path: Path, name: str) -> None:
    old, new, words = BROKEN[name]
    assert old in SMALL
    said = reading(SMALL.replace(old, new), tmp_path)
    assert words in said
    assert said.startswith("quizzes/small-post.toml")
    assert "line " in said


def test_a_fault_is_found_in_its_line(tmp_path: Path) -> None:
    said = reading(SMALL.replace('why = "It subtracts."', 'wy = "It subtracts."'), tmp_path)
    number = SMALL[: SMALL.index('why = "It subtracts."')].count("\n") + 1
    assert f"line {number}:" in said


def test_a_number_is_computed_or_proved_and_not_believed(tmp_path: Path) -> None:
    believed = SMALL.replace('answer = "H * each"', "answer = 3").replace('proof = "assert len', '# "assert len')
    assert "a number needs a proof" in reading(believed, tmp_path)


def test_a_comment_with_quotes_moves_no_line(tmp_path: Path) -> None:
    said = reading('# uses """ for long texts\n' + SMALL.replace("line = 3", "line = 9"), tmp_path)
    assert "line 1:" not in said


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    said = reading(SMALL.replace("line = 3", "line = 9").replace('why = "Two lines."', ""), tmp_path)
    assert len(said.splitlines()) == 2


def test_what_is_no_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="is not text in UTF-8"):
        read_quiz(tmp_path / "small-post.toml", b"\xff\xfe")


def test_a_bank_has_questions_to_practise_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "PRACTICE", 8)
    monkeypatch.setattr(rules, "ASKED", 8)
    said = reading(SMALL, tmp_path)
    assert "at least 8 questions are asked" in said
    assert "the bank holds 7 questions, and 15 are needed (8 to practise)" in said


def test_a_quiz_that_there_is_not_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "quizzes").mkdir()
    (tmp_path / "quizzes" / "small-post.toml").write_text(SMALL)
    assert quiz_names(Course(tmp_path)) == ["small-post"]
    with pytest.raises(UsageError, match="There is no quiz 'other'; there are: small-post"):
        load_quiz(Course(tmp_path), "other")


def test_lines_are_found_past_long_strings_that_look_like_tables() -> None:
    text = (
        '[quiz]\nabout = """\n[[question]]\nid = "no"\n"""\n[[question]]\nid = "yes"\n[[question.option]]\ntext = "x"\n'
    )
    where = Where(text)
    assert where.line("$.question[0]") == 6
    assert where.line("$.question[0].id") == 7
    assert where.line("$.question[0].option[0].text") == 9
    assert where.line("$.question[0].missing") == 6
    assert where.line("$.quiz.about") == 2
    assert where.line("$") == 1
