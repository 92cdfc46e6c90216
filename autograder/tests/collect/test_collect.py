"""Submissions from elsewhere: one notebook for each student, whatever else there is."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import intake
from autograder.collect import Collected, Handed, store
from autograder.collect.archive import from_archive
from autograder.collect.classroom import from_classroom
from autograder.collect.folder import below, from_folder
from autograder.collect.github import Api
from autograder.course import Assignment, Course
from autograder.errors import FetchError, UsageError
from autograder.intake.files import MAX_NOTEBOOK
from autograder.tests.collect.server import TOKEN, FakeGitHub, serving
from autograder.tests.notebooks import make_course, notebook


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    """One of two assignments whose names begin alike."""
    return make_course(tmp_path / "course", {"little": notebook(), "little-post": notebook()}).assignment("little")


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    """A classroom without repositories."""
    with serving(FakeGitHub()) as fake:
        yield fake


def submitted(course: Course) -> dict[str, bytes]:
    """All files below submitted/."""
    root = course.root / "submitted"
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if not path.is_dir()}


def zipped(files: dict[str, bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return memory.getvalue()


# A folder


def test_a_folder_gives_the_notebook_and_the_time_alone(assignment: Assignment) -> None:
    folder = assignment.course.root / "handed" / "ada" / "little"
    folder.mkdir(parents=True)
    (folder / "little.ipynb").write_bytes(b"{}")
    (folder / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    (folder / "evil.py").write_text("import os")
    assert store(assignment, from_folder(assignment, folder.parents[1])) == Collected(1, 0, 0)
    assert submitted(assignment.course) == {
        "ada/little/little.ipynb": b"{}",
        "ada/little/timestamp.txt": b"2026-03-01 12:00:00 UTC\n",
    }


def test_links_and_odd_names_in_a_folder_are_refused_and_counted(assignment: Assignment, tmp_path: Path) -> None:
    root = assignment.course.root / "handed"
    (tmp_path / "secret.ipynb").write_bytes(b"secret")
    for student in ("ada", "$(touch x)", "bob"):
        (root / student / "little").mkdir(parents=True)
    (root / "ada" / "little" / "little.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (root / "$(touch x)" / "little" / "little.ipynb").write_bytes(b"{}")
    (root / "bob" / "little" / "little.ipynb").write_bytes(b"{}")
    assert store(assignment, from_folder(assignment, root)) == Collected(1, 0, 2)
    assert list(submitted(assignment.course)) == ["bob/little/little.ipynb"]


@pytest.mark.parametrize("where", ["..", "/", "/etc", "", ".", "nowhere", "out", "a\0b", "source/../.."])
def test_where_has_to_lie_below_the_course(assignment: Assignment, where: str) -> None:
    (assignment.course.root / "out").symlink_to("/etc")
    with pytest.raises(UsageError, match="WHERE has to name"):
        below(assignment.course, where)


def test_what_is_handed_in_is_not_taken_from_where_it_goes(assignment: Assignment) -> None:
    (assignment.course.root / "submitted").mkdir()
    with pytest.raises(UsageError):
        list(from_folder(assignment, below(assignment.course, "submitted")))


# An archive


def test_an_archive_in_each_of_its_layouts(assignment: Assignment) -> None:
    path = assignment.course.root / "class.zip"
    files = {
        "ada/little.ipynb": b"a",
        "bob/little/little.ipynb": b"b",
        "carol.zip": zipped({"little.ipynb": b"c", "run.sh": b"x"}),
        "dora/notes.txt": b"no notebook",
        "eve/other.ipynb": b"another",
        "../../fred/little.ipynb": b"f",
        "gus.zip": zipped({"ada/little.ipynb": b"not ada's"}),
    }
    path.write_bytes(zipped(files))
    assert store(assignment, from_archive(assignment, path)) == Collected(3, 2, 0)
    assert submitted(assignment.course) == {
        "ada/little/little.ipynb": b"a",
        "bob/little/little.ipynb": b"b",
        "carol/little/little.ipynb": b"c",
    }


def test_a_broken_archive_holds_nothing(assignment: Assignment) -> None:
    path = assignment.course.root / "class.zip"
    path.write_bytes(b"PK\3\4 and no more")
    assert store(assignment, from_archive(assignment, path)) == Collected(0, 0, 0)
    with pytest.raises(UsageError):
        list(from_archive(assignment, assignment.source))


# A classroom


def fetch(assignment: Assignment, github: FakeGitHub, token: str = TOKEN) -> Collected:
    return store(assignment, from_classroom(assignment, "class", Api(github.base, token, pause=0)))


def test_a_classroom_gives_each_students_notebook(assignment: Assignment, github: FakeGitHub) -> None:
    github.repositories = {
        "little-ada": {"little/little.ipynb": b"a", "little.ipynb": b"older", "Makefile": b"all:; rm -rf /"},
        "little-bob": {"little.ipynb": b"b"},
        "little-carol": {"README.md": b"nothing yet"},
        "little-post-ada": {"little-post/little-post.ipynb": b"another assignment"},
        "little-starter": {"little/little.ipynb": b"the template"},
        "lecture-ada": {"little/little.ipynb": b"another lesson"},
    }
    github.templates = {"little-starter"}
    assert fetch(assignment, github) == Collected(2, 1, 0)
    files = submitted(assignment.course)
    assert {name: data for name, data in files.items() if name.endswith(".ipynb")} == {
        "ada/little/little.ipynb": b"a",
        "bob/little/little.ipynb": b"b",
    }
    raw = intake.read_submission(assignment.course.root / "submitted", "ada", "little")
    assert str(raw.timestamp) == "2026-03-01 12:00:00"
    assert {token for _, token in github.asked} == {f"Bearer {TOKEN}"}
    assert not any("Makefile" in path or "little-post" in path for path, _ in github.asked)


def test_a_classroom_of_many_pages_is_read_to_its_end(assignment: Assignment, github: FakeGitHub) -> None:
    github.repositories = {f"little-s{number:03}": {"little/little.ipynb": b"{}"} for number in range(201)}
    assert fetch(assignment, github).taken == 201


def test_a_page_that_is_not_full_is_not_the_last(assignment: Assignment, github: FakeGitHub) -> None:
    github.repositories = {f"little-s{number:03}": {"little/little.ipynb": b"{}"} for number in range(150)}
    github.left_out = 1  # what a token may not see is taken out of a page
    assert fetch(assignment, github).taken == 148


@pytest.mark.parametrize("name", ["little-..", "little--x", "little-" + "a" * 65, "little-."])
def test_a_repository_of_an_odd_name_is_refused(assignment: Assignment, github: FakeGitHub, name: str) -> None:
    github.repositories = {name: {"little/little.ipynb": b"{}"}}
    assert fetch(assignment, github) == Collected(0, 0, 1)
    assert submitted(assignment.course) == {}


def test_a_repository_that_github_could_not_have_stops_the_run(assignment: Assignment, github: FakeGitHub) -> None:
    github.repositories = {"little-x/../../../orgs": {}}
    with pytest.raises(UsageError):
        fetch(assignment, github)


def test_a_file_without_end_is_cut_and_refused(assignment: Assignment, github: FakeGitHub) -> None:
    github.repositories = {"little-ada": {"little/little.ipynb": b" " * (MAX_NOTEBOOK + 5)}}
    assert fetch(assignment, github) == Collected(0, 0, 1)
    data = Api(github.base, TOKEN).file("class", "little-ada", "little/little.ipynb")
    assert data is not None
    assert len(data) == MAX_NOTEBOOK + 1


def test_a_notebook_that_breaks_off_on_its_way_is_not_taken(assignment: Assignment, github: FakeGitHub) -> None:
    github.bodies["little-ada"] = (200, b'{"cells": []}')
    github.cut = 3
    with pytest.raises(FetchError, match="cannot be reached"):
        Api(github.base, TOKEN, pause=0).file("class", "little-ada", "little/little.ipynb")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (301, b"{}"),  # renamed since it was listed
        (409, b"{}"),
        (451, b"{}"),  # closed by law
        (403, b'{"errors": [{"code": "too_large"}]}'),
        (403, b'{"message": "Repository access blocked", "block": {}}'),
    ],
)
def test_one_repository_that_github_does_not_give_stops_nobody_elses(
    assignment: Assignment, github: FakeGitHub, status: int, body: bytes
) -> None:
    github.repositories = {"little-ada": {}, "little-bob": {"little/little.ipynb": b"b"}}
    github.bodies["little-ada"] = (status, body)
    assert fetch(assignment, github) == Collected(1, 0, 1)
    assert "bob/little/little.ipynb" in submitted(assignment.course)


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_what_concerns_all_stops_at_the_first(assignment: Assignment, github: FakeGitHub, status: int) -> None:
    github.repositories = {"little-ada": {}, "little-bob": {"little/little.ipynb": b"b"}}
    github.bodies["little-ada"] = (status, b'{"message": "API rate limit exceeded"}')
    with pytest.raises(FetchError):
        fetch(assignment, github)


@pytest.mark.parametrize(
    ("status", "asked", "words"),
    [(401, 1, "refuses"), (403, 1, "refuses"), (429, 1, "refuses"), (404, 1, "no such"), (500, 3, "answers 500")],
)
def test_a_classroom_that_cannot_be_read_is_told_without_a_name(
    assignment: Assignment, github: FakeGitHub, status: int, asked: int, words: str
) -> None:
    github.status = status
    with pytest.raises(FetchError, match=words) as error:
        fetch(assignment, github)
    assert "class" not in str(error.value)
    assert TOKEN not in str(error.value)
    assert len(github.asked) == asked


def test_a_redirection_is_not_followed(assignment: Assignment, github: FakeGitHub) -> None:
    with serving(FakeGitHub()) as other:
        github.status, github.elsewhere = 302, f"{other.base}/orgs/class/repos?page=1"
        with pytest.raises(FetchError):
            fetch(assignment, github)
        assert other.asked == []


def test_an_answer_of_another_form_is_an_error(assignment: Assignment, github: FakeGitHub) -> None:
    github.repositories = {"little-ada": {}}
    github.status = 200
    with pytest.raises(FetchError, match="form"):
        fetch(assignment, github)


def test_nobody_answers() -> None:
    with pytest.raises(FetchError, match="cannot be reached"):
        list(Api("http://127.0.0.1:9", TOKEN, pause=0).repositories("class"))


@pytest.mark.parametrize("base", ["http://api.github.com", "ftp://127.0.0.1", "", "https://", "file:///etc/passwd"])
def test_the_token_goes_to_no_other_kind_of_address(base: str) -> None:
    with pytest.raises(UsageError):
        Api(base, TOKEN)


@pytest.mark.parametrize("organisation", ["", "a/b", "..", "a b", "-x", "$(touch x)", "x?y"])
def test_an_organisation_has_a_name_as_github_gives_them(organisation: str) -> None:
    with pytest.raises(UsageError):
        list(Api("https://127.0.0.1:9", TOKEN).repositories(organisation))


# All of them


def test_an_id_that_is_no_folders_name_is_never_written(assignment: Assignment) -> None:
    handed = [Handed(name, b"{}") for name in ("../x", "", ".", "a/b", "-f", "a\nb")]
    assert store(assignment, handed) == Collected(0, 0, 6)
    assert submitted(assignment.course) == {}


def test_no_student_can_take_the_place_of_the_log(assignment: Assignment) -> None:
    log = assignment.course.root / "submitted" / "collected.txt"
    log.parent.mkdir()
    log.touch()
    handed = [Handed(log.name, b"{}"), Handed("bob", b"{}")]
    assert store(assignment, handed) == Collected(1, 0, 1)
    assert submitted(assignment.course) == {"bob/little/little.ipynb": b"{}", "collected.txt": b""}


def test_a_time_that_nobody_says_any_more_is_gone(assignment: Assignment) -> None:
    store(assignment, [Handed("ada", b"{}", "2026-03-01 12:00:00 UTC")])
    store(assignment, [Handed("ada", b"[]")])
    assert submitted(assignment.course) == {"ada/little/little.ipynb": b"[]"}
