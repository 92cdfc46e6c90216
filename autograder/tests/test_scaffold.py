"""What `autograder new` lays out works as it stands, and stands in nobody's way."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course import Course
from autograder.errors import UsageError
from autograder.nbgrader_adapters.release import build_release
from autograder.scaffold import new_assignment
from autograder.tests.notebooks import make_course
from autograder.verify import verify

ATTENTION = Path(__file__).parents[2] / "source" / "attention" / "attention.ipynb"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_course(tmp_path, {})


def test_the_files_are_where_the_course_looks_for_them(course: Course) -> None:
    made = new_assignment(course, "beam-search")
    assignment = course.assignment("beam-search")
    assert {assignment.source, assignment.tests} < set(made)
    assert len(made) == 4
    assert "@" not in "".join(path.read_text().replace("@pytest", "").replace("@contextlib", "") for path in made[:3])
    assert "# Beam search" in assignment.source.read_text()


def test_it_passes_the_leak_gate(course: Course) -> None:
    new_assignment(course, "beam-search")
    built = build_release(course, course.assignment("beam-search"))
    assert "norm(dim=-1)" not in (built.folder / "beam-search.ipynb").read_text()


@pytest.mark.slow
def test_its_checks_are_proved(course: Course) -> None:
    new_assignment(course, "beam-search")
    build_release(course, course.assignment("beam-search"))
    proofs = verify(course.assignment("beam-search"))
    assert [proof.faults for proof in proofs] == [()] * 6


@pytest.mark.parametrize("name", ["", "Beam", "beam_search", "-beam", "beam--search", "../beam", "1beam", "b" * 41])
def test_what_is_no_name_is_refused(course: Course, name: str) -> None:
    with pytest.raises(UsageError, match="cannot name an assignment"):
        new_assignment(course, name)
    assert course.assignments == []


def test_nothing_is_overwritten(course: Course) -> None:
    (kept,) = [path for path in new_assignment(course, "beams") if path.suffix == ".ipynb"]
    kept.write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        new_assignment(course, "beams")
    assert kept.read_text() == "mine"


def test_a_failure_leaves_nothing_behind(course: Course) -> None:
    source = course.root / "source"
    source.rmdir() if source.exists() else None
    source.write_text("a file where the folder should be")
    with pytest.raises(OSError, match="source"):
        new_assignment(course, "beams")
    assert [path.name for path in (course.root / "autograder" / "assignments").iterdir()] == []


def test_the_command_says_what_it_made_and_what_comes_next(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course.root)
    result = CliRunner().invoke(main, ["new", "beams"])
    assert result.exit_code == 0
    assert "source/beams/beams.ipynb\n" in result.stdout
    assert "autograder release beams && autograder verify beams" in result.stdout


def test_its_set_up_waits_as_that_of_the_lessons_does(course: Course) -> None:
    new_assignment(course, "beams")
    ours, theirs = (setup_of(path) for path in (course.assignment("beams").source, ATTENTION))
    start = "@contextlib.contextmanager"
    assert ours[ours.index(start) :] == theirs[theirs.index(start) :]


def setup_of(path: Path) -> str:
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return next(str(cell.source) for cell in notebook.cells if cell.id == "setup")
