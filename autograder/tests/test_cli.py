"""The command line: exit codes, one sentence for each mistake, and JSON as promised."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autograder.cli import main
from autograder.course import Assignment
from autograder.errors import CourseError
from autograder.model import CheckResult, ExerciseResult, Report, Verdict
from autograder.tests.chain import submission
from autograder.tests.notebooks import write_notebook


@pytest.fixture
def course(chain: Assignment, monkeypatch: pytest.MonkeyPatch) -> Assignment:
    """The chain course, stood in."""
    monkeypatch.chdir(chain.course.root)
    return chain


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A file that is there."""
    (tmp_path / "work.ipynb").touch()
    return tmp_path / "work.ipynb"


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def one_sentence(result: Result) -> str:
    """The only line on stderr, without the command's name; nothing on stdout."""
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("autograder: ")
    return line.removeprefix("autograder: ")


COMMANDS = sorted(main.commands)


def test_these_are_the_commands() -> None:
    assert {"check", "doctor", "grade", "release", "report", "verify"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_of_every_command(command: str, flag: str) -> None:
    result = run(command, flag)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: main {command}")
    assert len(result.stdout.splitlines()) > 4


def test_help_lists_every_command_with_a_sentence() -> None:
    shown = run("--help").stdout
    assert all(f"  {command}" in shown for command in COMMANDS)
    assert run("--version").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("chekc",),
        ("check",),
        ("check", "a.ipynb"),
        ("check", "a.ipynb", "--assignment", "chain", "--device", "tpu"),
        ("grade", "--workers", "0"),
        ("grade", "--workers", "99999"),
    ],
)
def test_wrong_usage_ends_with_2(course: Assignment, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


@pytest.mark.parametrize("command", [("check", "x.ipynb", "--assignment"), ("verify",), ("report",), ("grade",)])
def test_no_such_assignment(course: Assignment, command: tuple[str, ...]) -> None:
    result = run(*command, "chian")
    assert result.exit_code == 2
    assert one_sentence(result) == "There is no assignment 'chian' in this course; there are: chain."


@pytest.mark.parametrize(
    "command",
    [("check", "x.ipynb", "--assignment", "chain"), ("verify",), ("report", "chain"), ("grade",), ("release",)],
)
def test_outside_a_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*command)
    assert result.exit_code == 2
    assert "lies in no course" in one_sentence(result)


def test_a_course_without_assignments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nbgrader_config.py").touch()
    result = run("verify")
    assert result.exit_code == 2
    assert "has no assignments" in one_sentence(result)


def check(path: Path, *options: str) -> Result:
    return run("check", str(path), "--assignment", "chain", *options)


def test_a_missing_file(course: Assignment, tmp_path: Path) -> None:
    result = check(tmp_path / "nowhere.ipynb")
    assert result.exit_code == 2
    assert "nowhere.ipynb" in one_sentence(result)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', "print('hello')", "\x00\x01"])
def test_what_is_no_notebook(course: Assignment, tmp_path: Path, content: str) -> None:
    path = tmp_path / "work.ipynb"
    path.write_text(content)
    result = check(path)
    assert result.exit_code == 1
    assert one_sentence(result).endswith(".")


def test_a_folder_is_no_notebook(course: Assignment, tmp_path: Path) -> None:
    result = check(tmp_path)
    assert result.exit_code == 1
    assert one_sentence(result)


def test_a_device_that_is_not_there(course: Assignment, tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "work.ipynb", submission())
    result = check(path, "--device", "cuda")
    assert result.exit_code == 2
    assert "--device cpu" in one_sentence(result)


def fake(monkeypatch: pytest.MonkeyPatch, *checks: CheckResult) -> Report:
    """Grading replaced by a report with these checks."""

    class Graded:
        report = Report("chain", "0" * 12, "off", "cpu", (ExerciseResult("softmax", 4.0, checks),))

    monkeypatch.setattr("autograder.grade.check_file", lambda *_, **__: Graded)
    return Graded.report


def test_the_exit_code_is_0_whatever_the_marks(course: Assignment, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, CheckResult("a", "Title", Verdict.FAILED, "It is [bold]off[/bold].", core=True))
    result = check(work)
    assert result.exit_code == 0


def test_the_exit_code_is_1_without_a_verdict(course: Assignment, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, CheckResult("a", "Title", Verdict.ERROR, core=True))
    assert check(work).exit_code == 1
    fake(monkeypatch, CheckResult("a", "Title", Verdict.PENDING, core=True))
    assert check(work).exit_code == 0


def test_an_error_of_the_course_ends_with_1(course: Assignment, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise CourseError("A file is missing.")

    monkeypatch.setattr("autograder.grade.check_file", fail)
    result = check(work)
    assert result.exit_code == 1
    assert one_sentence(result) == "A file is missing."


def test_ctrl_c_ends_with_130_and_a_sentence(course: Assignment, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("autograder.grade.check_file", stop)
    result = check(work)
    assert result.exit_code == 130
    assert "stopped" in one_sentence(result)


def test_json_is_all_that_is_printed(course: Assignment, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = fake(monkeypatch, CheckResult("a", "Wörter “x”", Verdict.FAILED, "Off.", "slug", "Why.", 2.0, True))
    result = check(work, "--json")
    assert result.stderr == ""
    assert Report.from_json(json.loads(result.stdout)) == report


@pytest.mark.slow
def test_check_grades_a_notebook(course: Assignment, tmp_path: Path) -> None:
    wrong = "def softmax(x, dim=-1):\n    return torch.exp(x) / torch.exp(x).sum(dim, keepdim=True)"
    result = check(write_notebook(tmp_path / "work.ipynb", submission(softmax_code=wrong)), "--json")
    assert result.exit_code == 0
    record = json.loads(result.stdout)
    assert (record["assignment"], record["score"], record["max_score"]) == ("chain", 5.0, 6.0)
    assert (record["sandbox"], record["device"]) == ("namespaces", "cpu")
    softmax, mix = record["exercises"]
    assert (softmax["grade_id"], softmax["score"], softmax["max_score"]) == ("softmax", 3.0, 4.0)
    assert [found["verdict"] for found in softmax["checks"]] == ["passed", "failed", "passed"]
    assert [found["misconception"] for found in softmax["checks"]] == [None, "no_maximum", None]
    assert [found["name"] for found in mix["checks"]] == ["test_values"]
    assert mix["checks"][0]["title"] == "The weighted mean of the values, and the weights"


@pytest.mark.parametrize("name", ["check", "build", "export"])
def test_help_of_every_quiz_command(name: str) -> None:
    assert run("quiz", name, "--help").exit_code == 0


def test_a_quiz_that_there_is_not_is_wrong_usage(course: Assignment) -> None:
    for arguments in (["check"], ["build"], ["export", "--to", "html"]):
        result = run("quiz", arguments[0], "nothing", *arguments[1:])
        assert result.exit_code == 2
        assert "There is no quiz 'nothing'; there are: none." in one_sentence(result)


def test_a_quiz_with_a_fault_stops_nothing_but_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "quizzes").mkdir()
    (tmp_path / "nbgrader_config.py").touch()
    monkeypatch.chdir(tmp_path)
    whole = Path(__file__).parents[2] / "quizzes" / "seq2seq-pre.toml"
    shutil.copy(whole, tmp_path / "quizzes")
    (tmp_path / "quizzes" / "odd-pre.toml").write_text("[quiz]\ntitle = 3\n")
    result = run("quiz", "check")
    assert result.exit_code == 1
    assert "seq2seq-pre: 18 questions, 8 of them for marks. Nothing is wrong." in result.stdout
    assert "quizzes/odd-pre.toml, line 2: title: Expected `str`, got `int`." in result.stderr


def test_a_quiz_is_built_checked_and_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "quizzes").mkdir()
    (tmp_path / "nbgrader_config.py").touch()
    monkeypatch.chdir(tmp_path)
    shutil.copy(Path(__file__).parents[2] / "quizzes" / "seq2seq-pre.toml", tmp_path / "quizzes")
    assert run("quiz", "build", "--check").exit_code == 1
    assert "changed: source/seq2seq-pre/seq2seq-pre.ipynb" in run("quiz", "build").stdout
    assert "up to date" in run("quiz", "build", "--check").stdout
    assert run("quiz", "export", "--to", "moodle").exit_code == 0
    assert (tmp_path / "build" / "quizzes" / "seq2seq-pre.moodle.xml").is_file()
