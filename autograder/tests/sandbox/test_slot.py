"""A slot: a folder that only the grader enters, with the sockets that are handed over; it leaves nothing."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.errors import KernelError
from autograder.sandbox.limits import Limits
from autograder.sandbox.slot import _LONGEST_PATH, CHANNELS, Slot


@pytest.fixture
def slot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slot]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Slot(Limits()) as made:
        yield made


def test_the_folder_is_closed_to_others_and_ends_with_the_slot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Slot(Limits()) as slot:
        assert stat.S_IMODE(slot.folder.stat().st_mode) == 0o700
        (slot.folder / "link").symlink_to(tmp_path)
        (slot.folder / "home" / "deep" / "er").mkdir(parents=True)
        (tmp_path / "neighbour").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["neighbour"]


@pytest.fixture
def longest() -> Iterator[Path]:
    """A folder with as long a path as that for temporary files may have."""
    random = 8  # letters that Python adds
    folder = tempfile.mkdtemp(prefix="x" * (_LONGEST_PATH - len("/tmp/") - random), dir="/tmp")
    assert len(folder) == _LONGEST_PATH
    yield Path(folder)
    shutil.rmtree(folder)


def test_the_longest_path_leaves_room_for_sockets(longest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(longest))
    with Slot(Limits()) as slot:
        for _ in range(1000):
            path, listener = slot.bind_fork()
            listener.close()
    assert path.name == "fork-1000"


def test_a_longer_one_is_named(longest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", f"{longest}x")
    with pytest.raises(KernelError, match="x, has too long a path for sockets; set TMPDIR"), Slot(Limits()):
        pass


def test_folders_that_nobody_may_enter_are_removed_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Slot(Limits()) as slot:
        closed = slot.folder / "home" / "closed"
        (closed / "inner").mkdir(parents=True)
        (closed / "inner" / "file").touch()
        closed.chmod(0)
        (slot.folder / "home").chmod(0o500)
    assert list(tmp_path.iterdir()) == []


def test_what_a_link_leads_to_keeps_its_mode_and_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    secret = tmp_path / "secret"
    secret.mkdir(mode=0o750)
    (secret / "file").touch()
    with Slot(Limits()) as slot:
        home = slot.folder / "home"
        home.mkdir()
        (home / "link").symlink_to(secret)
        home.chmod(0o500)
    assert stat.S_IMODE(secret.stat().st_mode) == 0o750
    assert [path.name for path in secret.iterdir()] == ["file"]


def test_channels_listen_on_unix_sockets_in_the_folder_and_nowhere_else(slot: Slot) -> None:
    listeners = slot.bind_channels()
    try:
        assert len(listeners) == len(CHANNELS) == 4
        assert [line.getsockname() for line in listeners] == [f"{slot.channel_prefix}-{n}" for n in (1, 2, 3, 4)]
        assert {line.family for line in listeners} == {socket.AF_UNIX}
        assert {Path(line.getsockname()).parent for line in listeners} == {slot.folder}
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(listeners[0].getsockname())
    finally:
        for line in listeners:
            line.close()


def test_no_channel_can_be_inherited_by_accident(slot: Slot) -> None:
    path, listener = slot.bind_fork()
    with listener:
        assert not os.get_inheritable(listener.fileno())
        assert path.exists()


def test_every_snapshot_has_a_socket_of_its_own(slot: Slot) -> None:
    pairs = [slot.bind_fork() for _ in range(20)]
    for _, listener in pairs:
        listener.close()
    assert len({path for path, _ in pairs}) == 20
    assert {path.parent for path, _ in pairs} == {slot.folder}
