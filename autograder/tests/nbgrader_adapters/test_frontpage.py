"""The students' front page: made from the notebooks, in the order of the lessons, and never stale."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nbformat import NotebookNode

from autograder.course import Course
from autograder.errors import CourseError
from autograder.nbgrader_adapters.frontpage import build_front_page, check_front_page, front_page
from autograder.tests.notebooks import free, graded, make_course, notebook, solution


def lesson(title: str, *extra: NotebookNode, **said: object) -> NotebookNode:
    made = notebook(free("import torch.nn as nn\nimport math", "imports"), *extra)
    made.cells.insert(
        0,
        free(
            f"# {title}\n\nText.\n\n## 12. End\n\n### References\n\n- A. Author (2015). *Paper.*",
            "title",
            kind="markdown",
        ),
    )
    made.metadata["lesson"] = said
    return made


@pytest.fixture
def course(tmp_path: Path) -> Course:
    first = lesson("Zeroth things", teaches="what comes first", needs="Python.", minutes=[60, 90])
    cells = solution("one-code", "x = 1"), graded("one", points=2), graded("rotary", points=0)
    second = lesson("Attention", *cells, teaches="looking back", after="zero", packages=["babel"])
    return make_course(tmp_path, {"attention": second, "zero": first, "bare": notebook(free("pass", "p"))})


def test_lessons_stand_in_their_order_with_what_they_say(course: Course) -> None:
    page = front_page(course)
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == ["Zeroth things", "Attention", "bare"]
    assert "| 1 | [zero](zero/zero.ipynb) | what comes first | 60–90 minutes |" in page
    assert "| looking back |  | 2 by machine, and extra credit |" in page
    assert "pip install jupyterlab babel torch\n" in page
    assert "- A. Author (2015). *Paper.*" in page


def test_the_path_names_only_what_there_is(course: Course) -> None:
    assert "**The path**: [lesson](attention/attention.ipynb) → challenge: `rotary` → reading" in front_page(course)
    (course.root / "quizzes").mkdir()
    for when in ("pre", "post"):
        (course.root / "quizzes" / f"attention-{when}.toml").touch()
        (course.root / "quizzes" / f"lecture-{when}.toml").touch()
    page = front_page(course)
    before, after = (
        f"quiz {word} ([practise](practice/{name}.ipynb), [for marks]({name}/{name}.ipynb))"
        for word, name in (("before", "attention-pre"), ("after", "attention-post"))
    )
    assert f"{before} → [lesson](attention/attention.ipynb) → challenge: `rotary` → {after} → reading" in page
    assert "**The lecture as a whole**: quiz before ([practise](practice/lecture-pre.ipynb)" in page


def test_a_stale_page_is_a_fault(course: Course) -> None:
    with pytest.raises(CourseError, match=r"README.md is not what source/ would give"):
        check_front_page(course)
    path = build_front_page(course)
    check_front_page(course)
    path.write_text(path.read_text() + "more\n")
    with pytest.raises(CourseError, match=r"README.md is not what source/ would give"):
        check_front_page(course)


@pytest.mark.parametrize(
    "said", [{"teaches": 3}, {"minutes": [60]}, {"minutes": "an hour"}, {"order": 1}, {"packages": [1]}]
)
def test_what_is_no_lesson_is_refused(tmp_path: Path, said: dict[str, object]) -> None:
    broken = make_course(tmp_path, {"odd": lesson("Odd", **said)})
    with pytest.raises(CourseError, match=r"odd\.ipynb: metadata\.lesson is"):
        front_page(broken)


def test_lessons_that_come_after_each_other_are_listed_all_the_same(tmp_path: Path) -> None:
    pair = {"a": lesson("A", teaches="x", after="b"), "b": lesson("B", teaches="y", after="a")}
    assert front_page(make_course(tmp_path, pair)).count("\n## ") == 2
