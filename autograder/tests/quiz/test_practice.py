"""The notebook to practise with holds what jupyterquiz takes, and nothing that is asked for marks."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from autograder.quiz.draw import marked, practised
from autograder.quiz.mark import mark
from autograder.quiz.practice import entry, practice_notebook
from autograder.quiz.source import load_quiz, quiz_names
from autograder.tests.lessons.run import execute
from autograder.tests.quiz.support import COURSE, asked

FOLDER = COURSE.root / "quizzes"
QUIZZES = quiz_names(COURSE)


def bank(name: str) -> list[list[dict[str, Any]]]:
    """What the notebook draws from: for each question its variants."""
    source = practice_notebook(load_quiz(COURSE, name), FOLDER).cells[1].source
    packed = re.search(r'BANK = """\n(.*?)\n"""', source, re.DOTALL)
    assert packed
    return json.loads(base64.b64decode(packed.group(1)))  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", QUIZZES)
def test_each_question_that_is_free_is_there_and_no_other(name: str) -> None:
    quiz, found = load_quiz(COURSE, name), bank(name)
    assert len(found) == len(practised(quiz)) >= 8
    text = json.dumps(found, ensure_ascii=False)
    for question in marked(quiz):
        words = [word for word in re.findall(r"[A-Za-z ]{25,}", question.text.replace("\n", " ")) if "<<" not in word]
        assert not words or max(words, key=len).strip() not in text


@pytest.mark.parametrize("name", QUIZZES)
def test_every_answer_is_explained(name: str) -> None:
    for variants in bank(name):
        for one in variants:
            assert one["question"]
            assert any(answer.get("correct") for answer in one["answers"])
            assert all(answer["feedback"].strip() for answer in one["answers"])


@pytest.mark.parametrize("name", QUIZZES)
def test_formulae_are_set_and_nothing_is_left_to_fetch(name: str) -> None:
    text = json.dumps(bank(name), ensure_ascii=False)
    assert "$" not in text.replace("&#36;", "")
    assert "http" not in text.replace("http://www.w3.org/1998/Math/MathML", "")
    if any("$" in question.text for question in practised(load_quiz(COURSE, name))):
        assert "<math" in text


def test_an_order_is_a_choice_between_orders() -> None:
    one = asked("order-of-steps")
    made = entry(one, FOLDER)
    assert made["type"] == "multiple_choice"
    assert len(made["answers"]) == 4
    right = [answer["answer"] for answer in made["answers"] if answer["correct"]]
    assert right == ["compare → mask → softmax → average"]
    wrong = next(answer for answer in made["answers"] if not answer["correct"])
    assert re.search(r"At the beginning|After “", wrong["feedback"])


def test_a_number_is_right_in_its_room_and_a_slip_is_told() -> None:
    one = asked("number-of-scores", H=2, T=5)
    answers = entry(one, FOLDER)["answers"]
    low, high = answers[0]["range"]
    assert answers[0]["correct"]
    assert low <= 49.5 <= 50.5 < high
    assert mark(one, 50.5).right
    assert answers[1]["feedback"] == "That is one head of 2."
    assert answers[-1]["type"] == "default"


def test_texts_come_in_all_accepted_forms() -> None:
    forms = {answer.get("answer"): answer.get("correct") for answer in entry(asked("word"), FOLDER)["answers"]}
    assert forms == {"the keys": True, "key": True, "key-vectors": True, "values": False, None: None}


def test_lines_of_output_are_typed_on_one() -> None:
    made = entry(asked("printed"), FOLDER)
    assert made["answers"][0]["answer"] == "0 [0, 0] 1 [1, 1]"
    assert "Write all lines on one" in made["question"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["attention-post", "lecture-post"])
def test_the_notebook_runs_and_its_script_asks_for_no_mathjax(name: str) -> None:
    notebook = practice_notebook(load_quiz(COURSE, name), FOLDER)
    execute(notebook, FOLDER)
    script = notebook.cells[1].outputs[-1]["data"]["application/javascript"]
    assert "show_questions" in script
    assert not re.search(r"(?<!No)MathJax", script)
