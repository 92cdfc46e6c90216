"""The round trip by nbgrader's exchange, and by a zip file where there is none."""

from __future__ import annotations

import getpass
import io
import stat
import zipfile
from pathlib import Path

import pytest

from autograder.course import Assignment, Course
from autograder.intake import released_notebook
from autograder.nbgrader_adapters.grading import Status
from autograder.tests import tiny
from autograder.tests.nbgrader_adapters.support import (
    NBGRADER_WARNINGS,
    FakeGrader,
    answer,
    grade,
    graded_notebook,
    marks,
    nbgrader_command,
)
from autograder.tests.notebooks import as_bytes, write_notebook

pytestmark = [*NBGRADER_WARNINGS, pytest.mark.slow]


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("real_grader")
def test_release_to_feedback(assignment: Assignment, course: Course, tmp_path: Path) -> None:
    exchange, home, desk = (tmp_path / name for name in ("exchange", "home", "desk"))
    for folder in (exchange, home, desk):
        folder.mkdir()
    exchange.chmod(0o777)
    config = f"c = get_config()\nc.Exchange.root = {str(exchange)!r}\nc.CourseDirectory.course_id = 'aandacht'\n"
    (desk / "nbgrader_config.py").write_text(config)
    own = (course.root / "nbgrader_config.py").read_text()
    (course.root / "nbgrader_config.py").write_text(own + f"c.Exchange.root = {str(exchange)!r}\n")

    def teacher(*arguments: str) -> str:
        return _run(course.root, home, *arguments)

    def student(*arguments: str) -> str:
        return _run(desk, home, *arguments)

    teacher("generate_assignment", "tiny", "--force")
    teacher("release_assignment", "tiny")
    student("fetch_assignment", "tiny")
    fetched = desk / "tiny" / "tiny.ipynb"
    assert (desk / "tiny" / "figures" / "disc.svg").read_text() == tiny.PICTURE
    fetched.chmod(0o644)
    write_notebook(fetched, tiny.submission(released_notebook(assignment), double_code=tiny.PARTLY))
    (desk / "tiny" / "notes.txt").write_text("mine")
    student("submit", "tiny")
    teacher("collect", "tiny")
    teacher("autograde", "tiny")
    assert marks(course, getpass.getuser())["double"].auto == 1.5
    teacher("generate_feedback", "tiny")
    teacher("release_feedback", "tiny")
    student("fetch_feedback", "tiny")
    pages = list((desk / "tiny" / "feedback").rglob("*.html"))
    assert len(pages) == 1
    assert "1.5 of 2 points" in pages[0].read_text()
    assert [path for path in course.root.glob("feedback/*/tiny/*") if path.name == "notes.txt"] == []


def _run(folder: Path, home: Path, *arguments: str) -> str:
    done = nbgrader_command(folder, *arguments, home=home)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stderr


def test_a_zip_of_submissions(assignment: Assignment, course: Course, grader: FakeGrader, tmp_path: Path) -> None:
    right, forged = as_bytes(answer(assignment)), as_bytes(answer(assignment, why="not alice's"))
    archive = course.root / "downloaded" / "tiny" / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "submissions.zip", "w") as class_zip:
        for student in ("alice", "bob"):
            class_zip.writestr(f"{student}/tiny.ipynb", right)
        for name in ("../../../evil.ipynb", "/evil.ipynb", "bob/../../alice/tiny.ipynb", "bob/alice/tiny.ipynb"):
            class_zip.writestr(name, forged)
        class_zip.writestr("bob/tiny.py", "import os")
        link = zipfile.ZipInfo("carol/tiny.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        class_zip.writestr(link, str(assignment.source))
        class_zip.writestr("erin.zip", _zipped({"tiny.ipynb": right, "alice/tiny.ipynb": forged}))
        class_zip.writestr("frank/tiny.ipynb", b"0" * 10**8, zipfile.ZIP_DEFLATED)
    # A student speaks for no other.
    (archive / "dave.zip").write_bytes(_zipped({"tiny.ipynb": right, "alice/tiny.ipynb": forged}))
    (archive / "grace.zip").write_bytes(_zipped({"tiny.ipynb": right})[:-40])
    (archive / "readme.txt").write_text("no zip")
    _run(course.root, tmp_path, "zip_collect", "tiny")
    outcome = grade(assignment)
    found = {each.student: each.status for each in outcome.submissions}
    assert found == {
        "alice": Status.GRADED,
        "bob": Status.GRADED,
        "dave": Status.GRADED,
        "erin": Status.GRADED,
    }
    for student in found:
        assert marks(course, student)["double"].auto == 2.0
        assert "not alice" not in graded_notebook(course, student).read_text()
    assert {path.name for path in course.root.parent.iterdir()} <= {"course", "config", "data", ".local", ".config"}
    assert list(course.root.rglob("evil*")) == []


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()
