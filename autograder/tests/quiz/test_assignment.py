"""The notebook for marks: what is in it, and that no key is, in any form."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.course import Assignment, Course
from autograder.errors import CourseError, LeakError
from autograder.nbgrader_adapters.leakgate import read_source
from autograder.nbgrader_adapters.release import build_release, check_release
from autograder.quiz import assignment as builder
from autograder.quiz import public
from autograder.quiz.ask import ask
from autograder.quiz.assignment import quiz_files, quiz_notebook
from autograder.quiz.build import build, practice_path, stale
from autograder.quiz.records import Quiz
from autograder.quiz.shown import ShownQuiz, scrambled, shown_quiz
from autograder.tests.quiz.support import find, small

LEAKS: dict[str, Callable[[str], str]] = {
    "as it is": lambda key: key,
    "as base64": lambda key: base64.b64encode(key.encode()).decode(),
    "as a hash": lambda key: hashlib.sha256(key.encode()).hexdigest(),
    "as a short hash with salt": lambda key: hashlib.md5(f"salt{key}".encode()).hexdigest()[:6],
    "as a number of spaces": lambda key: " " * (int.from_bytes(key.encode()) % 97),
    "as a colour": lambda key: f"<b style='color:#{int.from_bytes(key.encode()) % 4093:03x}'>",
}


def released(assignment: Assignment) -> NotebookNode:
    return read_source(assignment.release)


def test_a_question_has_a_cell_to_answer_and_one_that_reads_it_back(assignment: Assignment) -> None:
    names = [cell.id for cell in released(assignment).cells]
    assert names[:3] == ["title", "setup", "student"]
    assert names[-2:] == ["before-handing-in", "all-answers"]
    for question in small().questions:
        place = names.index(question.id)
        expected = [f"{question.id}-question", f"{question.id}-numbers", f"{question.id}-answer", question.id]
        expected = [name for name in expected if question.parameters or not name.endswith("-numbers")]
        assert names[place + 1 - len(expected) : place + 1] == expected


def test_only_answers_are_the_students_to_write(assignment: Assignment) -> None:
    for cell in released(assignment).cells:
        settings = cell.metadata.get("nbgrader", {})
        if cell.id == "student" or cell.id.endswith("-answer"):
            assert settings.solution
            assert cell.source.endswith("= None")
        elif settings:
            assert settings.locked


def test_points_are_those_of_the_file(assignment: Assignment) -> None:
    points = {
        cell.id: cell.metadata.nbgrader.points
        for cell in released(assignment).cells
        if "points" in cell.metadata.get("nbgrader", {})
    }
    assert points == {question.id: question.points for question in small().questions}


def test_the_set_up_is_the_reader_that_grading_uses(assignment: Assignment) -> None:
    setup = next(cell for cell in released(assignment).cells if cell.id == "setup")
    names: dict[str, object] = {}
    exec(setup.source, names)
    assert "read_answer" in names
    assert setup.source == builder._setup()
    assert public.__doc__ is not None
    assert public.__doc__.strip() in setup.source
    assert setup.metadata.jupyter.source_hidden


def test_a_parameter_stands_by_its_name(assignment: Assignment) -> None:
    sources = {cell.id: cell.source for cell in released(assignment).cells}
    assert "How many scores do H heads compute over T tokens?" in sources["number-of-scores-question"]
    assert sources["number-of-scores-numbers"] == 'your_numbers("number-of-scores", H=[2, 4], T=[5, 7, 11])'


def test_lines_are_numbered_where_one_is_asked_for(assignment: Assignment) -> None:
    text = next(cell.source for cell in released(assignment).cells if cell.id == "wrong-line-question")
    assert "    total -= number       # line 3" in text


def test_nothing_of_the_key_is_in_the_release(assignment: Assignment) -> None:
    text = assignment.release.read_text(encoding="utf-8")
    for question in small().questions:
        assert question.why.strip() not in text or not question.why
        one = ask(question, {name: values[0] for name, values in question.parameters.items()})
        assert not [choice.why for choice in one.choices if choice.why and choice.why in text]
    assert not [word for word in ("key-vectors", "[1, 1]", "total += number") if word in text]


@pytest.mark.parametrize("form", LEAKS)
@pytest.mark.parametrize(
    "name", ["one-of-three", "several-of-four", "number-of-scores", "word", "printed", "order-of-steps", "wrong-line"]
)
def test_no_form_of_any_key_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, name: str) -> None:
    """The builder is handed the key, as a careless change might, and puts a form of it somewhere."""

    def careless(given: Quiz) -> ShownQuiz:
        key = ask(find(given, name), {p: values[0] for p, values in find(given, name).parameters.items()}).key
        shown = shown_quiz(given)
        return ShownQuiz(
            **{field: getattr(shown, field) for field in shown.__slots__} | {"title": LEAKS[form](repr(key))}
        )

    monkeypatch.setattr(builder, "shown_quiz", careless)
    with pytest.raises(LeakError, match="would differ with another key"):
        quiz_files(Course(tmp_path), small())


def test_an_order_that_tells_does_not_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rightmost_last(given: Quiz) -> ShownQuiz:
        shown = shown_quiz(given)
        letter = str(ask(find(given, "one-of-three"), {}).key)
        first = sorted(shown.questions, key=lambda one: (one.id == "one-of-three") == (letter == "A"))
        return ShownQuiz(**{field: getattr(shown, field) for field in shown.__slots__} | {"questions": tuple(first)})

    monkeypatch.setattr(builder, "shown_quiz", rightmost_last)
    with pytest.raises(LeakError):
        quiz_files(Course(tmp_path), small())


def test_other_keys_are_other_everywhere() -> None:
    quiz, others = small(), [scrambled(small(), seed) for seed in range(12)]
    for place, one in enumerate(quiz.questions):
        values = {name: choices[0] for name, choices in one.parameters.items()}
        assert len({ask(other.questions[place], values).key for other in others}) > 2
        assert len({other.questions[place].why for other in others}) == 12
    assert {len(ask(find(other, "several-of-four"), {}).key) for other in others} == {2, 3}  # type: ignore[arg-type]
    for other in others:
        assert quiz_notebook(shown_quiz(quiz)) == quiz_notebook(shown_quiz(other))


@pytest.mark.parametrize("name", ["among these two", "how many are right", "the middle of the order", "a line end"])
def test_a_part_of_a_key_does_not_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def hint(given: Quiz) -> str:
        one, several = ask(find(given, "one-of-three"), {}), ask(find(given, "several-of-four"), {})
        items = ask(find(given, "order-of-steps"), {})
        texts = {choice.letter: choice.text for choice in items.choices}
        hints = {
            "among these two": "A or B" if one.key in ("A", "B") else "not A, not B",
            "how many are right": str(sum(choice.right for choice in several.choices)),
            "the middle of the order": texts[items.key[1]],  # type: ignore[index]
            "a line end": str("\n" in str(ask(find(given, "printed"), {}).key)),
        }
        return hints[name]

    def careless(given: Quiz) -> ShownQuiz:
        shown = shown_quiz(given)
        return ShownQuiz(**{field: getattr(shown, field) for field in shown.__slots__} | {"introduction": hint(given)})

    monkeypatch.setattr(builder, "shown_quiz", careless)
    with pytest.raises(LeakError):
        quiz_files(Course(tmp_path), small())


@pytest.mark.parametrize("where", ["a cell", "metadata", "a cell of their own"])
def test_a_source_that_was_changed_by_hand_is_not_released(course: Course, assignment: Assignment, where: str) -> None:
    notebook = read_source(assignment.source)
    if where == "metadata":
        notebook.metadata["quiz"] = "small-post "
    elif where == "a cell":
        notebook.cells[4].source += "\n\n(It is A.)"
    else:
        notebook.cells.append(nbformat.v4.new_markdown_cell("A, B, C", id="key"))  # type: ignore[no-untyped-call]
    assignment.source.write_text(json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    with pytest.raises(CourseError, match=r"not what quizzes/small-post\.toml gives"):
        build_release(course, assignment)


def test_a_lesson_that_says_it_is_a_quiz_is_not_released(course: Course, assignment: Assignment) -> None:
    """Else the cells that hold its solutions would be taken for answer cells, and left as they are."""
    folder = course.assignment_folder("lesson")
    folder.mkdir()
    (folder / "lesson.ipynb").write_text(assignment.source.read_text())
    with pytest.raises(CourseError, match="there is no quizzes/lesson"):
        build_release(course, course.assignment("lesson"))


def test_the_release_is_compared_byte_for_byte(course: Course, assignment: Assignment) -> None:
    check_release(course, assignment)
    text = assignment.release.read_text()
    assignment.release.write_text(text.replace("answer_1 = None", 'answer_1 = "A"'))
    with pytest.raises(CourseError, match="is not what the source makes"):
        check_release(course, assignment)


def test_a_build_says_what_it_changed_and_a_check_what_it_would(course: Course) -> None:
    assert build(course, "small-post") == []
    assert stale(course, "small-post") == []
    practice = practice_path(course, "small-post")
    practice.unlink()
    strange = course.assignment_folder("small-post") / "notes.md"
    strange.write_text("mine")
    with pytest.raises(CourseError, match=r"notes\.md: this folder is made from a quiz"):
        build(course, "small-post")
    strange.unlink()
    extra = course.assignment_folder("small-post") / "figures" / "old.svg"
    extra.parent.mkdir()
    extra.write_text("<svg/>")
    assert sorted(stale(course, "small-post")) == sorted([extra, practice])
    assert sorted(build(course, "small-post")) == sorted([extra, practice])
    assert not extra.exists()
