"""What a file of checks holds, and the sentence for a file that cannot be collected."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.errors import CourseError
from autograder.model import Verdict
from autograder.tests.checks.jobs import HEAD, VALUES, Bench, catalogue, run_job

WHOLE = '''
@pytest.mark.exercise("softmax", needs=("double",))
class TestSoftmax:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student, draw):
        """Values.

        More about them.
        """

    @pytest.mark.parametrize("dim", [0, 1])
    def test_dim(self, dim): pass

@pytest.mark.exercise("other")
class TestOther:
    def test_values(self): pass
'''


@pytest.fixture(autouse=True)
def as_the_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def write(folder: Path, text: str) -> Path:
    (folder / "test_file.py").write_text(HEAD + text)
    return folder / "test_file.py"


def test_checks_by_exercise(tmp_path: Path) -> None:
    found = catalogue(write(tmp_path, WHOLE))
    assert list(found) == ["softmax", "other"]
    assert found["softmax"].needs == ("double",)
    values, *dims = found["softmax"].checks
    assert (values.name, values.title, values.weight, values.core) == ("test_values", "Values", 2.0, True)
    assert [check.name for check in dims] == ["test_dim[0]", "test_dim[1]"]


def test_a_check_without_an_exercise_is_named(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="test_lonely belongs to no exercise"):
        catalogue(write(tmp_path, "def test_lonely(): pass"))


@pytest.mark.parametrize(
    "text", ["", "raise SystemExit", "def test_(:", "import nowhere", "1 / 0", "raise KeyboardInterrupt"]
)
def test_a_file_that_cannot_be_collected_is_the_courses_fault(tmp_path: Path, text: str) -> None:
    with pytest.raises(CourseError, match=r"test_file\.py"):
        catalogue(write(tmp_path, text))


def test_a_missing_file_is_the_courses_fault(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"nowhere\.py"):
        catalogue(tmp_path / "nowhere.py")


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    catalogue(write(tmp_path, WHOLE))
    assert list(catalogue(write(tmp_path, WHOLE.replace('"other"', '"another"')))) == ["softmax", "another"]


def test_a_changed_file_is_what_is_run(bench: Bench) -> None:
    triple = "def double(x):\n    return 3 * x"
    job = bench.job(VALUES, bench.fork(triple))
    assert run_job(job)[0].verdict is Verdict.FAILED
    job.tests.write_text(job.tests.read_text().replace("2 * x", "3.0 * x"))
    catalogue(job.tests)
    assert run_job(replace(job, socket=bench.fork(triple)))[0].verdict is Verdict.PASSED


def test_no_conftest_and_no_configuration_of_anyone_is_read(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("raise SystemExit")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --nonsense")
    assert catalogue(write(tmp_path, WHOLE))
