"""Quizzes in a real JupyterLab, from the first click to the feedback page, with nothing but loopback to be reached.

::

    practice    run ─→ click ─→ what is said; nothing is fetched
    for marks   student id ─→ run all ─→ answers typed, read back ─→ save, reopen ─→ hand in ─→ grade ─→ feedback
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import nbformat
import pytest

from autograder.course import Course
from autograder.model import Report
from autograder.nbgrader_adapters.feedback import generate_feedback
from autograder.nbgrader_adapters.grading import grade_class
from autograder.quiz.ask import Asked, ask
from autograder.quiz.draw import marked
from autograder.quiz.public import EXPECTS, numbers_for, shown
from autograder.quiz.shown import kind_of
from autograder.quiz.source import load_quiz
from autograder.tests.browser import Browser
from autograder.tests.lab import Lab, LabVisit, Notebook, start_lab
from autograder.tests.nbgrader_adapters.support import NBGRADER_WARNINGS

pytestmark = [*NBGRADER_WARNINGS, pytest.mark.slow, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[3]
QUIZ, STUDENT = "attention-post", "ada-lovelace"
PRACTICE = f"practice/{QUIZ}.ipynb"
#: No kind of question takes this for an answer.
WRONG_FORMAT = '["A", "Z"]'
#: What takes the network out of jupyterquiz, in the practice notebook.
REPLACEMENT = 'page.build_script = lambda *given: _build(*given).replace("MathJax", "NoMathJax")'


@dataclass(frozen=True)
class Room:
    """A folder in which JupyterLab runs: the course, the student's own folder, and the practice notebooks."""

    folder: Path
    lab: Lab

    @property
    def course(self) -> Course:
        """The course in it."""
        return Course(self.folder / "course")

    def open(self, path: str, look: Callable[[Notebook], Any]) -> LabVisit:
        """Open a notebook; keep a picture of how it looks in the end."""

        def look_and_keep(notebook: Notebook) -> Any:
            try:
                return look(notebook)
            finally:
                pictures = self.folder / "pictures"
                pictures.mkdir(exist_ok=True)
                notebook.page.screenshot(path=pictures / f"{len(list(pictures.iterdir()))}.png")

        return self.lab.open(path, look_and_keep)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """JupyterLab, in a folder that a student and a course share."""
    folder, kept = tmp_path_factory.mktemp("room"), tmp_path_factory.mktemp("kept")
    make_course(folder / "course")
    shutil.copytree(ROOT / "release" / QUIZ, folder / "mine")
    shutil.copytree(ROOT / "release" / "practice", folder / "practice")
    lab = start_lab(folder, kept)
    yield Room(folder, lab)
    lab.close()


def make_course(root: Path) -> None:
    """The repository's course, with this one quiz in it."""
    (root / "autograder" / "assignments").mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for name in ("quizzes", f"source/{QUIZ}", f"release/{QUIZ}"):
        shutil.copytree(ROOT / name, root / name)


@pytest.fixture(scope="module")
def questions(room: Room) -> list[Asked]:
    """The questions that are asked for marks, with the student's numbers."""
    drawn = marked(load_quiz(room.course, QUIZ))
    return [ask(question, numbers_for(STUDENT, question.id, question.parameters)) for question in drawn]


def as_typed(asked: Asked) -> str:
    """The right answer as a student types it."""
    if isinstance(asked.key, tuple):
        return "[" + ", ".join(f'"{letter}"' for letter in asked.key) + "]"
    if isinstance(asked.key, str):
        return repr(asked.key) if "\n" in asked.key or '"' in asked.key else f'"{asked.key}"'
    return f"{asked.key:.10g}"


# To practise.


@pytest.mark.skipif(not find_spec("jupyterquiz"), reason="jupyterquiz is not installed (pip install jupyterquiz)")
def test_practice_answers_each_click_and_fetches_nothing(room: Room) -> None:
    def practise(notebook: Notebook) -> dict[str, Any]:
        notebook.run_all()
        notebook.page.wait_for_selector(".jp-OutputArea .Quiz button, .jp-OutputArea .Quiz input")
        seen = {right: click_an_option(notebook.page, right) for right in ("true", "false")}
        notebook.page.wait_for_timeout(2_000)  # for what would be fetched later
        return seen | {"math": formulae(notebook.page), "questions": notebook.page.locator(".Quiz").count()}

    visit = room.open(PRACTICE, practise)
    assert visit.asked == []
    assert visit.seen["questions"] > 5
    (right, praise), (wrong, reason) = visit.seen["true"], visit.seen["false"]
    assert (right, wrong) == (True, False)
    assert min(len(praise), len(reason)) > 20
    assert visit.seen["math"]
    assert min(min(size) for size in visit.seen["math"]) > 2


@pytest.mark.skipif(not find_spec("jupyterquiz"), reason="jupyterquiz is not installed (pip install jupyterquiz)")
def test_without_the_replacement_jupyterquiz_would_reach_for_the_network(room: Room) -> None:
    as_it_comes = (
        (room.folder / PRACTICE)
        .read_text(encoding="utf-8")
        .replace(msgspec.json.encode(REPLACEMENT).decode()[1:-1], "")
    )
    assert "NoMathJax" not in as_it_comes
    (room.folder / "as-it-comes.ipynb").write_text(as_it_comes, encoding="utf-8")

    def practise(notebook: Notebook) -> None:
        notebook.run_all()
        notebook.page.wait_for_timeout(4_000)

    assert [address for address in room.open("as-it-comes.ipynb", practise).asked if "mathjax" in address.lower()]


def click_an_option(page: Any, right: str) -> tuple[bool, str]:
    """Clicks an option of a question with one right answer; whether it is called right, and what is said."""
    label = page.locator(f'.Quiz:has(.MultipleChoiceQn) label[data-correct="{right}"]').first
    label.click()
    told = label.locator("xpath=ancestor::*[@class='Quiz']").locator(".Feedback")
    return "incorrect" not in told.get_attribute("class"), str(told.inner_text()).strip()


def formulae(page: Any) -> list[list[float]]:
    """Width and height of each formula on the page."""
    size = "(all) => all.map((one) => one.getBoundingClientRect()).map((box) => [box.width, box.height])"
    found: list[list[float]] = page.locator(".Quiz math:visible").evaluate_all(size)
    return found


# For marks.


@pytest.fixture(scope="module")
def answered(room: Room, questions: list[Asked]) -> dict[str, Any]:
    """What was seen while a student answered all questions right, the third of them at the second attempt."""
    visit = room.open(f"mine/{QUIZ}.ipynb", lambda notebook: answer_all(notebook, questions))
    seen: dict[str, Any] = visit.seen
    return seen | {"asked": visit.asked}


def answer_all(notebook: Notebook, questions: list[Asked]) -> dict[str, Any]:
    """The way of a student through the notebook, by the keyboard, to its being saved."""
    seen: dict[str, Any] = {}
    notebook.type(notebook.cell("student = None"), f'student = "{STUDENT}"')
    notebook.run_all()
    seen["numbers"] = [notebook.output(cell) for cell in notebook.cell('your_numbers("').all()]
    seen["wrong format"] = answer(notebook, 3, WRONG_FORMAT)
    seen["read back"] = [answer(notebook, number, as_typed(asked)) for number, asked in enumerate(questions, 1)]
    notebook.cell("read_back_all({").locator(".cm-content").click()
    notebook.run_with_keys()
    seen["all"] = notebook.output(notebook.cell("read_back_all({"))
    notebook.save()
    return seen


def answer(notebook: Notebook, number: int, text: str) -> str:
    """Types an answer, runs its cell and the one that reads it back; gives what that one says."""
    cell = notebook.cell(f"answer_{number} = ")
    notebook.type(cell, f"answer_{number} = {text}")
    notebook.run_with_keys(2)
    return notebook.output(notebook.after(cell))


def test_each_student_is_shown_numbers_of_their_own(answered: dict[str, Any], questions: list[Asked]) -> None:
    expected = [
        "Your numbers: " + ", ".join(f"{name} = {value}" for name, value in asked.values.items())
        for asked in questions
        if asked.values
    ]
    assert answered["numbers"] == expected


def test_a_wrong_format_is_told_at_once(answered: dict[str, Any], questions: list[Asked]) -> None:
    what, example = EXPECTS[kind_of(questions[2].question)]
    assert answered["wrong format"].startswith(f"Question 3 expects {what}, such as {example}")


def test_each_answer_is_read_back(answered: dict[str, Any], questions: list[Asked]) -> None:
    expected = [f"Question {number}: {shown(asked.key)}" for number, asked in enumerate(questions, 1)]
    assert answered["read back"] == expected
    assert answered["all"].splitlines() == expected


def test_the_notebook_fetches_nothing(answered: dict[str, Any]) -> None:
    assert answered["asked"] == []


def test_answers_are_still_there_in_a_new_page(room: Room, answered: dict[str, Any], questions: list[Asked]) -> None:
    def look(notebook: Notebook) -> dict[str, Any]:
        return {
            "sources": [
                notebook.source(notebook.cell(f"answer_{number} = ")).splitlines()[-1]
                for number in range(1, len(answered["read back"]) + 1)
            ],
            "all": notebook.output(notebook.cell("read_back_all({")),
        }

    seen = room.open(f"mine/{QUIZ}.ipynb", look).seen
    typed = [f"answer_{number} = {as_typed(asked)}" for number, asked in enumerate(questions, 1)]
    assert seen == {"sources": typed, "all": answered["all"]}


def test_the_notebook_on_disk_holds_what_was_typed(room: Room, answered: dict[str, Any]) -> None:
    notebook = nbformat.read(room.folder / "mine" / f"{QUIZ}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    student = next(cell.source for cell in notebook.cells if cell.id == "student")
    assert student.splitlines()[-1] == f'student = "{STUDENT}"'
    assert len(student.splitlines()) == 2  # the comment above it stayed


@pytest.fixture(scope="module")
def graded(room: Room, answered: dict[str, Any]) -> Report:
    """The report on what the student handed in."""
    course = room.course
    there = course.root / "submitted" / STUDENT / QUIZ
    shutil.copytree(room.folder / "mine", there, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    outcome = grade_class(course, [course.assignment(QUIZ)])
    assert outcome.failed == ()
    return msgspec.json.decode((course.state / "reports" / QUIZ / f"{STUDENT}.json").read_bytes(), type=Report)


def test_right_answers_get_full_marks(graded: Report, questions: list[Asked]) -> None:
    expected = [(asked.question.id, asked.question.points) for asked in questions]
    assert [(found.grade_id, found.score) for found in graded.exercises] == expected
    assert graded.notices == ()


def test_feedback_explains_each_question_and_fetches_nothing(
    room: Room, questions: list[Asked], graded: Report, browser: Browser
) -> None:
    course = room.course
    outcome = generate_feedback(course, course.assignment(QUIZ))
    assert outcome.failed == ()

    def look(page: Any) -> dict[str, Any]:
        page.set_viewport_size({"width": 1000, "height": 1400})
        page.screenshot(path=room.folder / "feedback.png", full_page=True)
        return {
            "text": page.locator("body").inner_text(),
            "math": page.locator("math:visible").count(),
            "dollars": page.locator("p, li, td", has_text=re.compile(r"\$\\")).count(),
        }

    visit = browser.visit(outcome.pages[0], look)
    assert (visit.asked, visit.said, visit.done) == ([], [], [])
    assert visit.seen["math"] > 0
    assert visit.seen["dollars"] == 0
    text = plain(visit.seen["text"])
    for asked in questions:
        assert f"Right: {shown(asked.key)}" in text
        for why in explanations(asked):
            assert plain(why) in text, (asked.question.id, why)


def explanations(asked: Asked) -> list[str]:
    """What the key says, up to where it is set in another way than it is written."""
    whys = [asked.why, *(choice.why for choice in asked.choices if choice.right)]
    return [re.split(r"[$*`_]", why.strip())[0] for why in whys if why.strip()]


def plain(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())
