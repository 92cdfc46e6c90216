from __future__ import annotations

import os
import socket
from datetime import datetime
from pathlib import Path

import pytest

from autograder.errors import RejectedSubmission
from autograder.intake.files import (
    check_student_id,
    find_students,
    printable,
    read_notebook_file,
    read_submission,
)
from autograder.intake.timestamps import parse_timestamp


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """submitted/ada/little/ with a small notebook file."""
    made = tmp_path / "submitted" / "ada" / "little"
    made.mkdir(parents=True)
    (made / "little.ipynb").write_bytes(b"{}")
    return made


def read(folder: Path, limit: int = 1000) -> bytes:
    return read_submission(folder.parents[1], "ada", "little", limit).notebook


def refused(folder: Path, limit: int = 1000) -> tuple[str, ...]:
    with pytest.raises(RejectedSubmission) as caught:
        read_submission(folder.parents[1], "ada", "little", limit)
    return caught.value.faults


def test_a_regular_file_is_read(folder: Path) -> None:
    raw = read_submission(folder.parents[1], "ada", "little")
    assert (raw.student, raw.assignment, raw.notebook, raw.timestamp, raw.notices) == ("ada", "little", b"{}", None, ())


@pytest.mark.parametrize("student", ["ada", "a.b_c@d+e-f", "1234567", "X" * 64, "@ada", "+1"])
def test_student_ids(student: str) -> None:
    check_student_id(student)


@pytest.mark.parametrize(
    "student",
    ["", ".", "..", "../eve", "a/b", "a\0b", ".hidden", "-rf", "a*", "a?", "[a]", "a b", "é", "X" * 65, "a\n", "{x}"],
)
def test_intake_7_student_ids_that_are_refused(tmp_path: Path, student: str) -> None:
    with pytest.raises(RejectedSubmission, match="is not a student id: 1 to 64"):
        read_submission(tmp_path, student, "little")


def test_intake_7_ids_that_differ_in_case_are_refused_by_both_names(tmp_path: Path) -> None:
    for name in ("Ada", "ada", "bob"):
        (tmp_path / name / "little").mkdir(parents=True)
    roster = find_students(tmp_path)
    assert roster.students == ("bob",)
    assert [name for name, _ in roster.refused] == ["Ada", "ada"]
    assert all("“Ada” and “ada” differ only in case" in sentence for _, sentence in roster.refused)
    with pytest.raises(RejectedSubmission, match="differ only in case"):
        read_submission(tmp_path, "ada", "little")


def test_odd_folders_are_listed_and_files_are_no_students(tmp_path: Path) -> None:
    for name in ("ada", "b b"):
        (tmp_path / name).mkdir()
    (tmp_path / "notes.txt").touch()
    roster = find_students(tmp_path)
    assert roster.students == ("ada",)
    assert [name for name, _ in roster.refused] == ["b b"]
    assert find_students(tmp_path / "absent").students == ()


def test_intake_8_a_link_to_the_solution(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "solution.ipynb").write_text("secret")
    (folder / "little.ipynb").unlink()
    (folder / "little.ipynb").symlink_to(tmp_path / "solution.ipynb")
    assert refused(folder) == ("little.ipynb is a link; a submission holds real files only.",)


@pytest.mark.parametrize("level", ["student", "assignment"])
def test_intake_8_a_linked_folder(folder: Path, level: str) -> None:
    real = folder if level == "assignment" else folder.parent
    moved = real.rename(folder.parents[2] / "elsewhere")
    real.symlink_to(moved)
    assert "is a link" in refused(folder)[0]


@pytest.mark.parametrize("kind", ["fifo", "folder", "socket"])
def test_only_regular_files(folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "little.ipynb"
    path.unlink()
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        monkeypatch.chdir(folder)  # a socket's path may not be long
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("little.ipynb")
    assert refused(folder)[0].startswith("little.ipynb ")


def test_intake_2_a_large_file_costs_no_more_than_the_limit(folder: Path) -> None:
    with (folder / "little.ipynb").open("wb") as file:
        file.truncate(10**12)  # sparse: a terabyte to read, nothing on the disk
    assert refused(folder, 3_000_000) == ("little.ipynb is larger than the 3 MB that are read.",)


def test_a_missing_notebook(folder: Path) -> None:
    (folder / "little.ipynb").unlink()
    assert refused(folder) == ("There is no little.ipynb in this submission.",)
    (folder / "mine.ipynb").touch()
    assert refused(folder) == ("The notebook must be called little.ipynb; this submission holds mine.ipynb instead.",)


def test_a_missing_folder(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    with pytest.raises(RejectedSubmission, match="There is no ada/little in this submission"):
        read_submission(tmp_path, "ada", "little")


def test_no_submissions_at_all(tmp_path: Path) -> None:
    with pytest.raises(RejectedSubmission, match=r"The folder .*none cannot be opened"):
        read_submission(tmp_path / "none", "ada", "little")


def test_other_files_are_mentioned_and_links_are_not_followed(folder: Path) -> None:
    (folder / "helper\x1b[31m.py").touch()
    (folder / "data").symlink_to("/")
    (folder / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    (folder / "submission_secret.txt").touch()
    raw = read_submission(folder.parents[1], "ada", "little")
    assert raw.notices == (
        "Only the notebook is graded; not used: helper\\x1b[31m.py.",
        "Links are not followed: data.",
    )


def test_very_many_files_are_not_all_looked_at(folder: Path) -> None:
    for number in range(1500):
        (folder / f"{number}.txt").touch()
    assert read(folder) == b"{}"
    notice = read_submission(folder.parents[1], "ada", "little").notices[0]
    assert notice.endswith(" and more.")
    assert len(notice) < 300


def test_timestamp(folder: Path) -> None:
    (folder / "timestamp.txt").write_text("2026-03-01 12:00:00.250000 UTC\n")
    raw = read_submission(folder.parents[1], "ada", "little")
    assert raw.timestamp == datetime(2026, 3, 1, 12, 0, 0, 250000)
    (folder / "timestamp.txt").write_text("  \n")
    assert read_submission(folder.parents[1], "ada", "little").timestamp is None


@pytest.mark.parametrize("text", ["yesterday-ish", "2026-13-45", "1 2 /etc/passwd", "9" * 400, "a b ../x"])
def test_a_timestamp_that_is_none(folder: Path, text: str) -> None:
    (folder / "timestamp.txt").write_text(text)
    assert "timestamp.txt holds no date that can be read" in refused(folder)[0]


def test_two_faults_are_both_said(folder: Path) -> None:
    (folder / "little.ipynb").write_bytes(b"x" * 2000)
    (folder / "timestamp.txt").symlink_to("/dev/zero")
    faults = refused(folder)
    assert len(faults) == 2
    assert "larger than" in faults[0]
    assert "timestamp.txt is a link" in faults[1]


def test_a_huge_timestamp(folder: Path) -> None:
    (folder / "timestamp.txt").write_text(" " * 5000)
    assert refused(folder) == ("timestamp.txt is larger than the 1 kB that are read.",)


def test_the_file_on_the_command_line(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "mine.ipynb"
    link.symlink_to(folder / "little.ipynb")
    assert read_notebook_file(link) == b"{}"
    with pytest.raises(RejectedSubmission, match="There is no file"):
        read_notebook_file(tmp_path / "none.ipynb")
    with pytest.raises(RejectedSubmission, match="not a regular file"):
        read_notebook_file(tmp_path)


def test_names_are_safe_to_print() -> None:
    assert printable("a\x00b\x1bc\u202ed\udcff") == "a\\x00b\\x1bc\\u202ed\\udcff"
    assert len(printable("x" * 500)) == 60


def test_dates_with_a_zone_become_utc() -> None:
    assert parse_timestamp("2026-03-01 12:00:00 UTC").isoformat() == "2026-03-01T12:00:00"
    assert parse_timestamp("2026-03-01T12:00:00+02:00").isoformat() == "2026-03-01T10:00:00"


def test_a_date_in_a_zone_that_nobody_knows_is_read_in_silence() -> None:
    assert parse_timestamp("2026-03-01T12:00:00B").isoformat() == "2026-03-01T12:00:00"
