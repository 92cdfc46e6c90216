"""Temporary folders go away, also those of a grader that was killed; nothing outside of them is touched."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.folder import remove, temporary_folder
from autograder.tests.sandbox.inside import own_files

HOLD = """\
from autograder.sandbox.folder import temporary_folder
with temporary_folder() as it:
    print(it, flush=True)
    input()
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where folders are made, with a mode that nobody else would give it."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    tmp_path.chmod(0o751)
    return tmp_path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_closed_to_others_and_goes_with_the_block(place: Path) -> None:
    before = own_files()
    with temporary_folder() as folder:
        assert folder.parent == place
        assert mode(folder) == 0o700
        (folder / "deep" / "er").mkdir(parents=True)
    assert list(place.iterdir()) == []
    assert (mode(place), own_files()) == (0o751, before)


def test_what_is_gone_is_gone_and_the_place_keeps_its_mode(place: Path) -> None:
    with temporary_folder() as folder:
        remove(folder)
    remove(folder)
    assert mode(place) == 0o751


def test_folders_of_a_killed_grader_are_swept_up_and_others_are_not(place: Path) -> None:
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        theirs = Path(other.stdout.readline().strip())
        (theirs / "closed").mkdir()
        (theirs / "closed" / "file").touch()
        (theirs / "closed").chmod(0)
        with temporary_folder():
            assert theirs.exists()  # in use
        other.kill()
        other.wait()
        assert theirs.exists()
        with temporary_folder() as folder:
            assert list(place.iterdir()) == [folder]
    assert mode(place) == 0o751


@pytest.mark.parametrize("name", ["aandacht-link", "aandacht-own/lock"])
def test_a_link_leads_nowhere(place: Path, name: str) -> None:
    """Everybody may write where temporary folders are made: neither a folder nor a lock may be a link."""
    secret = place / "secret"
    secret.mkdir(mode=0o750)
    (secret / "lock").touch(0o640)
    (place / name).parent.mkdir(exist_ok=True)
    (place / name).symlink_to(secret if "/" not in name else secret / "lock")
    with temporary_folder():
        pass
    assert (mode(secret), mode(secret / "lock"), mode(place)) == (0o750, 0o640, 0o751)
    assert (place / name).is_symlink()
    remove(place / name)
    assert (mode(secret), mode(secret / "lock"), mode(place)) == (0o750, 0o640, 0o751)


def test_no_lock_is_ever_seen_that_is_not_held(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A grader that sweeps while another one is making its folder must not take it for a dead one's."""
    import fcntl

    flock, seen = fcntl.flock, list[list[Path]]()

    def look(held: int, operation: int) -> None:
        seen.append(list(place.glob("aandacht-*/lock")))
        flock(held, operation)

    monkeypatch.setattr(fcntl, "flock", look)
    with temporary_folder() as folder:
        assert seen == [[]]
        assert (folder / "lock").exists()
