"""`autograder ci`: what a workflow runs on a class, whose log others may read."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from nbformat import NotebookNode

from autograder.cli import main
from autograder.course import Assignment
from autograder.errors import BusyError, CourseError
from autograder.hush import hushed
from autograder.tests import tiny
from autograder.tests.collect.server import TOKEN, FakeGitHub, serving
from autograder.tests.nbgrader_adapters.support import NBGRADER_WARNINGS, FakeGrader, hand_in
from autograder.tests.notebooks import cell_of
from autograder.tests.workflows import ROOT

pytestmark = NBGRADER_WARNINGS

STUDENTS = ("ada-lovelace", "bob", "carol", "dora")
#: What no log may hold: names, code and outputs of students.
PRIVATE = re.compile("ada|lovelace|bob|carol|dora|printed_by|secret_of|Because")


def ci(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, ["ci", *arguments], env=environment)


def command(assignment: Assignment, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as a workflow runs it."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "autograder.cli", "ci", name],
        cwd=assignment.course.root,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


def everything(result: Result, capfd: pytest.CaptureFixture[str]) -> str:
    """All that came out: what click saw, and what went to the descriptors behind its back."""
    seen = capfd.readouterr()
    return result.output + seen.out + seen.err


def a_class(assignment: Assignment) -> None:
    """Right, wrong, no notebook at all, and one that the grader fails on."""
    hand_in(assignment, "ada-lovelace")
    hand_in(assignment, "bob", double_code=tiny.WRONG)
    hand_in(assignment, "carol").write_text("{'secret_of': 'carol'")
    hand_in(assignment, "dora", double_code="secret_of_dora = 1\nprint('printed_by_dora')")


def loud(notebook: NotebookNode) -> None:
    """A grader that says all it should not, in every way there is."""
    code = cell_of(notebook, "double-code").source
    print("printed_by_print", code)  # noqa: T201
    logging.getLogger("nbgrader").error("printed_by_log: %s", code)
    subprocess.run(["/bin/sh", "-c", "echo printed_by_child; echo printed_by_child >&2"], check=True)
    os.write(2, b"printed_by_descriptor\n")
    if "dora" in code:
        raise RuntimeError(f"secret_of_dora: {code}")


def test_grading_prints_counts_and_nothing_of_a_student(
    assignment: Assignment, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(assignment.course.root)
    a_class(assignment)
    grader.before = loud
    result = ci("grade", ASSIGNMENT="tiny", DEVICE="cpu")
    said = everything(result, capfd)
    assert said == "2 graded, 1 not graded, 1 rejected; 2 in need of a person; 2 pages of feedback.\n"
    assert result.exit_code == 1
    results = assignment.course.root / "build" / "grades"
    log = (results / "log.txt").read_text()
    assert all(word in log for word in (*STUDENTS, "printed_by_print", "printed_by_child", "printed_by_descriptor"))
    kept = {str(path.relative_to(results)) for path in results.rglob("*") if path.is_file()}
    assert {"log.txt", "gradebook.db", "feedback/bob/tiny/tiny.html"} < kept
    assert any(name.endswith(".json") for name in kept)


def test_a_class_that_is_graded_whole_ends_with_0(
    assignment: Assignment, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(assignment.course.root)
    hand_in(assignment, "ada-lovelace")
    result = ci("grade", ASSIGNMENT="tiny")
    assert everything(result, capfd) == "1 graded; 0 in need of a person; 1 pages of feedback.\n"
    assert result.exit_code == 0


@pytest.mark.parametrize("name", ["$(touch x)", "; touch x", "../tiny", "tiny\n::warning::x"])
def test_what_is_no_assignment_is_refused(assignment: Assignment, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(assignment.course.root)
    result = ci("grade", ASSIGNMENT=name)
    assert result.exit_code == 2
    assert not any(line.startswith("::") for line in result.output.splitlines())  # a command to GitHub's runner
    assert not (assignment.course.root / "x").exists()


def test_nothing_graded_says_so(assignment: Assignment, grader: FakeGrader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(assignment.course.root)
    assert ci("grade", ASSIGNMENT="tiny").output.startswith("nothing to grade; ")
    assert ci("grade").exit_code == 2


def test_collecting_prints_counts_and_keeps_the_token_to_itself(assignment: Assignment) -> None:
    repositories = {"tiny-bob": {"tiny/tiny.ipynb": b"{}"}, "tiny-carol": {}, "tiny-..": {"tiny/tiny.ipynb": b"{}"}}
    settings = {"ASSIGNMENT": "tiny", "SOURCE": "classroom", "WHERE": "class", "CLASSROOM_TOKEN": TOKEN}
    with serving(FakeGitHub(repositories)) as github:
        done = command(assignment, "collect", GITHUB_API_URL=github.base, **settings)
    assert (done.stdout, done.stderr) == ("1 taken, 1 without a notebook, 1 refused.\n", "")
    log = assignment.course.root / "submitted" / "collected.txt"
    assert "carol" in log.read_text()
    assert TOKEN not in log.read_text()
    assert (assignment.course.root / "submitted" / "bob" / "tiny" / "tiny.ipynb").read_bytes() == b"{}"


def test_a_class_of_nobody_is_no_class(assignment: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(assignment.course.root)
    result = ci("collect", ASSIGNMENT="tiny", SOURCE="folder", WHERE="source")
    assert (result.exit_code, "There is nothing to grade." in result.output) == (1, True)


@pytest.mark.parametrize(
    ("private", "visibility"),
    [(True, "private"), (False, "public"), (True, "internal")],  # internal: an enterprise's every member reads it
)
def test_a_repository_that_others_can_read_is_refused(private: bool, visibility: str) -> None:
    with serving(FakeGitHub(private=private, visibility=visibility)) as github:
        result = ci("private", GITHUB_REPOSITORY="class/course", GITHUB_TOKEN=TOKEN, GITHUB_API_URL=github.base)
        missing = ci("private", GITHUB_REPOSITORY="other/course", GITHUB_TOKEN=TOKEN, GITHUB_API_URL=github.base)
        odd = ci("private", GITHUB_REPOSITORY="", GITHUB_TOKEN=TOKEN, GITHUB_API_URL=github.base)
    assert result.exit_code == (0 if visibility == "private" else 1)
    assert (missing.exit_code, odd.exit_code) == (1, 2)


def test_what_goes_wrong_unforeseen_is_told_in_the_log_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CourseError, match=r"log\.txt says why") as error, hushed(tmp_path / "log.txt"):
        raise ValueError("secret_of_dora")
    assert "secret" not in str(error.value)
    assert error.value.__cause__ is None
    assert "secret_of_dora" in (tmp_path / "log.txt").read_text()
    with pytest.raises(BusyError), hushed(tmp_path / "log.txt"):
        raise BusyError("Another run is at work.")
    print("heard again")  # noqa: T201
    assert capfd.readouterr() == ("heard again\n", "")


HOLDS_BACK = """
import ctypes, sys
from pathlib import Path
from autograder.hush import hushed
heard = sys.stdout
with hushed(Path("log.txt")):
    heard.write("secret_of_dora, by who had the stream before\\n")
    ctypes.CDLL(None).puts(b"secret_of_dora, by a library in C")
print("counts")
"""


def test_what_is_held_back_in_a_buffer_comes_out_into_the_log_as_well(tmp_path: Path) -> None:
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [sys.executable, "-c", HOLDS_BACK],
        cwd=tmp_path,
        env=buffered | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("counts\n", "")
    assert (tmp_path / "log.txt").read_text().count("secret_of_dora") == 2


@pytest.mark.slow
@pytest.mark.usefixtures("real_grader")
def test_the_command_itself_grades_a_class_and_says_no_more_than_counts(assignment: Assignment) -> None:
    a_class(assignment)
    done = command(assignment, "grade", ASSIGNMENT="tiny", DEVICE="cpu")
    assert done.stdout.endswith("3 pages of feedback.\n"), done.stderr
    assert "3 graded, 1 rejected" in done.stdout
    assert not PRIVATE.search(done.stdout + done.stderr)
    results = assignment.course.root / "build" / "grades"
    assert json.loads(next(results.glob("*.json")).read_text())
