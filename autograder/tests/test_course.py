"""A course is found on disk, its assignments are versioned by content, and its secret is made once."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.course import Course, _make_secret
from autograder.errors import CourseError, UsageError
from autograder.tests.chain import make_chain
from autograder.tests.notebooks import instructor, make_course


def test_a_course_is_found_from_any_folder_in_it(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course", {"little": instructor()})
    assert Course.find(course.root / "source" / "little") == course
    assert Course.find(course.root) == course


def test_outside_a_course_the_sentence_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"lies in no course.*nbgrader_config\.py"):
        Course.find(tmp_path)


def test_assignments_are_folders_with_a_notebook_of_their_name(tmp_path: Path) -> None:
    course = make_course(tmp_path, {"b": instructor(), "a-b": instructor()})
    (tmp_path / "source" / "b" / "other.ipynb").touch()
    (tmp_path / "source" / "empty").mkdir()
    assert [assignment.name for assignment in course.assignments] == ["a-b", "b"]
    found = course.assignment("a-b")
    assert found.tests == tmp_path / "autograder/assignments/a_b/test_a_b.py"
    assert found.release == tmp_path / "release/a-b/a-b.ipynb"


@pytest.mark.parametrize("name", ["other", "../b", "", "b/", "B"])
def test_an_unknown_assignment_is_refused_and_the_known_ones_named(tmp_path: Path, name: str) -> None:
    course = make_course(tmp_path, {"b": instructor()})
    with pytest.raises(UsageError, match="there are: b"):
        course.assignment(name)
    with pytest.raises(UsageError, match="there are: none"):
        Course(tmp_path / "source").assignment(name)


def test_the_version_follows_the_content(tmp_path: Path) -> None:
    assignment = make_chain(tmp_path)
    course = assignment.course
    versions = [assignment.version]
    assert len(versions[0]) == 12
    assert course.assignment("chain").version == versions[0]
    wrong = assignment.folder / "misconceptions" / "sum.py"
    for path in (assignment.tests, assignment.release, assignment.source, wrong):
        path.write_bytes(path.read_bytes() + b"\n")
        versions.append(course.assignment("chain").version)
    wrong.rename(wrong.with_name("total.py"))
    versions.append(course.assignment("chain").version)
    assert len(set(versions)) == len(versions)


def test_a_version_of_missing_files_is_refused(tmp_path: Path) -> None:
    course = make_course(tmp_path, {"little": instructor()})
    with pytest.raises(CourseError, match=r"release/little/little\.ipynb cannot be read"):
        _ = course.assignment("little").version


def test_the_secret_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    secret = Course(tmp_path).secret
    assert len(secret) == 32
    assert Course(tmp_path).secret == secret
    path = tmp_path / ".autograder" / "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_two_courses_have_two_secrets(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    assert Course(tmp_path / "a").secret != Course(tmp_path / "b").secret


def test_runs_that_start_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        secrets = list(pool.map(lambda _: Course(tmp_path).secret, range(24)))
    assert len(set(secrets)) == 1
    assert [path.name for path in (tmp_path / ".autograder").iterdir()] == ["secret"]


def test_the_secret_of_a_run_that_was_faster_stands(tmp_path: Path) -> None:
    first = Course(tmp_path).secret
    path = tmp_path / ".autograder" / "secret"
    _make_secret(path)
    assert Course(tmp_path).secret == first
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", ["", "00", "zz" * 32, "00" * 33])
def test_a_damaged_secret_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / ".autograder").mkdir()
    (tmp_path / ".autograder" / "secret").write_text(content)
    with pytest.raises(CourseError, match="does not hold a key"):
        _ = Course(tmp_path).secret


def test_a_rotated_secret_draws_other_inputs_and_the_old_one_is_kept(tmp_path: Path) -> None:
    course = Course(tmp_path)
    old = course.secret
    kept = course.rotate_secret()
    assert kept.parent == course.state
    assert kept.name.startswith("secret.2")
    assert bytes.fromhex(kept.read_text()) == old
    assert course.secret == Course(tmp_path).secret != old
    assert sorted(course.state.iterdir()) == [course.state / "secret", kept]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in course.state.iterdir())


def test_an_older_grade_can_be_reproduced_with_the_key_that_was_kept(tmp_path: Path) -> None:
    course = Course(tmp_path)
    old, kept = course.secret, course.rotate_secret()
    kept.replace(tmp_path / ".autograder" / "secret")
    assert Course(tmp_path).secret == old


def test_a_secret_can_be_rotated_before_its_first_use_often_and_when_it_is_damaged(tmp_path: Path) -> None:
    course = Course(tmp_path)
    kept = {course.rotate_secret() for _ in range(5)}
    assert len(kept) == 5
    (course.state / "secret").write_text("damaged")
    assert course.rotate_secret().read_text() == "damaged"
    assert len(course.secret) == 32
