"""The layout of a student's repository, in `release/` beside what is generated there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import Assignment, Course
from autograder.errors import CourseError, LeakError
from autograder.intake import released_notebook
from autograder.nbgrader_adapters.frontpage import front_page
from autograder.nbgrader_adapters.release import build_release, check_release
from autograder.nbgrader_adapters.template import BY_HAND, check_strays
from autograder.tests import tiny
from autograder.tests.nbgrader_adapters.stock import generate_assignment
from autograder.tests.nbgrader_adapters.support import NBGRADER_WARNINGS
from autograder.tests.notebooks import free, given, graded, notebook, solution, write_notebook

pytestmark = NBGRADER_WARNINGS

ROOT = Path(__file__).parents[3]
RELEASE = ROOT / "release"
WAITS = "print('Not yet: this cell waits for it.')"


def lay_out(course: Course) -> None:
    """Puts our template beside a course's releases."""
    for name in BY_HAND:
        target = course.root / "release" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(RELEASE / name, target)


def template_of(course: Course) -> dict[str, bytes]:
    return {name: (course.root / "release" / name).read_bytes() for name in BY_HAND}


def test_a_release_and_the_template_leave_each_other_alone(assignment: Assignment) -> None:
    lay_out(assignment.course)
    before = template_of(assignment.course)
    build_release(assignment.course, assignment)
    check_release(assignment.course, assignment)
    generate_assignment(assignment.course, "tiny")
    assert template_of(assignment.course) == before
    check_strays(assignment.course)


@pytest.mark.parametrize(
    "stray", ["solutions.ipynb", "practice/tiny-post.ipynb", ".github/workflows/grade.yml", ".hidden", "tinier/x.ipynb"]
)
def test_a_file_that_nobody_expects_is_told_before_it_is_published(assignment: Assignment, stray: str) -> None:
    lay_out(assignment.course)
    path = assignment.course.root / "release" / stray
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    with pytest.raises(CourseError, match=re.escape(stray)):
        check_strays(assignment.course)


def test_a_link_is_a_stray_as_well_and_what_jupyter_leaves_is_none(assignment: Assignment) -> None:
    left = assignment.course.root / "release" / ".ipynb_checkpoints"
    left.mkdir()
    (left / "x-checkpoint.ipynb").touch()
    check_strays(assignment.course)
    (assignment.course.root / "release" / "source").symlink_to("../source")
    with pytest.raises(CourseError, match="source"):
        check_strays(assignment.course)


def test_a_solution_in_a_file_that_is_written_by_hand_is_a_leak(assignment: Assignment) -> None:
    lay_out(assignment.course)
    path = assignment.course.root / "release" / "check.py"
    path.write_text(f"{path.read_text()}\n# return x + x  # both halves of the double\n")
    with pytest.raises(LeakError, match=r"check\.py.* of double-code"):
        check_strays(assignment.course)


def test_our_release_holds_nothing_else() -> None:
    check_strays(Course(ROOT))


def test_the_students_requirements_are_those_of_the_front_page_in_our_versions() -> None:
    lines = [line for line in (RELEASE / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    asked = set(re.findall(r"^pip install (.*)$", front_page(Course(ROOT)), re.MULTILINE)[0].split())
    assert {line.split("==")[0] for line in lines} == asked | {"jupyterquiz"}
    assert set(lines) <= set((ROOT / "requirements.txt").read_text().splitlines())


def check(folder: Path, *names: str, summary: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What a student runs, in an environment without ours on its path."""
    return subprocess.run(
        [sys.executable, str(folder / "check.py"), *names],
        env=os.environ | ({"GITHUB_STEP_SUMMARY": str(summary)} if summary else {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.mark.slow
def test_a_lesson_that_there_is_not_is_told(tmp_path: Path) -> None:
    shutil.copy(RELEASE / "check.py", tmp_path)
    write_notebook(tmp_path / "one" / "one.ipynb", notebook())
    write_notebook(tmp_path / "one-pre" / "one-pre.ipynb", notebook())
    done = check(tmp_path, "two")
    assert (done.returncode, done.stderr) == (1, "There is no lesson two; there are: one.\n")


def test_what_a_student_runs_needs_nothing_of_ours() -> None:
    text = (RELEASE / "check.py").read_text()
    assert not re.search(r"^\s*(from|import) autograder", text, re.MULTILINE)
    makefile = (RELEASE / "Makefile").read_text()
    assert "autograder" not in makefile


LESSON = notebook(
    given("setup", "import os"),
    solution("right-code", "right = 1"),
    graded("right", "assert right == 1", points=1),
    solution("wrong-code", "wrong = 2"),
    graded("wrong", "assert wrong == 1, 'it is 1,\\nand not 2'", points=1),
    graded("untouched", WAITS, points=1),
    graded("stub", "raise NotImplementedError", points=1),
    given("picture", "raise NotImplementedError('waits, too')"),
    free("1 / 0", "playground"),
)
SHOWN = """\
lesson: 1 of 4 exercises pass their visible tests
  ✓ right: passes its visible tests
  ✗ wrong: AssertionError: it is 1,
  … untouched: still yours to write
  … stub: still yours to write
  ✗ playground: ZeroDivisionError: division by zero
"""


@pytest.mark.slow
def test_a_student_sees_which_exercises_pass(tmp_path: Path) -> None:
    shutil.copy(RELEASE / "check.py", tmp_path)
    path = write_notebook(tmp_path / "lesson" / "lesson.ipynb", LESSON)
    before = path.read_bytes()
    dying = notebook(given("end", "import os; os._exit(1)"), graded("never", "pass", points=1))
    write_notebook(tmp_path / "dies" / "dies.ipynb", dying)
    write_notebook(tmp_path / "quiz-post" / "quiz-post.ipynb", notebook(free("1 / 0", "a")))
    done = check(tmp_path, "lesson", summary=tmp_path / "summary.md")
    assert (done.returncode, done.stdout) == (1, SHOWN)
    assert path.read_bytes() == before
    assert "    lesson: 1 of 4" in (tmp_path / "summary.md").read_text()
    died = check(tmp_path, "dies")
    assert died.returncode == 1
    assert "– never: was not reached" in died.stdout
    assert "✗ the kernel died" in died.stdout
    assert "quiz-post" not in died.stdout


@pytest.mark.slow
def test_what_other_programs_make_of_a_notebook_does_not_end_the_check(tmp_path: Path) -> None:
    """Some write an older format, in which cells have no id; and a conflict of versions is no notebook."""
    shutil.copy(RELEASE / "check.py", tmp_path)
    older = notebook(
        solution("right-code", "right = 1"), graded("right", "assert right == 1", points=1), free("1 / 0", "x")
    )
    older.nbformat_minor = 0
    for cell in older.cells:
        del cell["id"]
    path = tmp_path / "b" / "b.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(older))
    for name, text in {"a": "<<<<<<< HEAD\n{}", "c": "[]"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.ipynb").write_text(text)
    done = check(tmp_path)
    assert done.returncode == 1, done.stderr
    assert done.stdout == (
        "a: cannot be read as a notebook; did a conflict leave its marks in it?\n"
        "b: 1 of 1 exercises pass their visible tests\n"
        "  ✓ right: passes its visible tests\n"
        "  ✗ a cell of yours: ZeroDivisionError: division by zero\n"
        "c: cannot be read as a notebook; did a conflict leave its marks in it?\n"
    )


@pytest.mark.slow
def test_what_nobody_has_begun_is_no_mistake(tmp_path: Path) -> None:
    """All lessons as they are released: every exercise waits, nothing is wrong."""
    shutil.copytree(RELEASE, tmp_path / "release")
    done = check(tmp_path / "release")
    assert (done.returncode, "✗" in done.stdout, "✓" in done.stdout) == (0, False, False), done.stdout
    lessons = [assignment.name for assignment in Course(ROOT).lessons]
    assert re.findall(r"^(\S+): 0 of [1-9]\d* exercises", done.stdout, re.MULTILINE) == lessons


@pytest.mark.slow
def test_a_students_right_solution_passes(assignment: Assignment) -> None:
    lay_out(assignment.course)
    write_notebook(assignment.release, tiny.submission(released_notebook(assignment)))
    done = check(assignment.course.root / "release")
    assert "✓ double: passes its visible tests" in done.stdout
