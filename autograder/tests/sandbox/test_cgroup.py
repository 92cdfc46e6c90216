"""Control groups, on imitations of their files: whether a group may be used, and what is written into a new one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.sandbox import cgroup
from autograder.sandbox.limits import Limits


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A mount with the group `slice/run` in it, which hands memory and pids down."""
    group = tmp_path / "mount" / "slice" / "run"
    group.mkdir(parents=True)
    (group / "cgroup.controllers").write_text("cpu memory pids\n")
    (group / "cgroup.subtree_control").write_text("memory pids\n")
    (group / "cgroup.procs").write_text("17\n18\n")
    (tmp_path / "own").write_text("12:cpu:/elsewhere\n0::/slice/run\n")
    return tmp_path


def found(tree: Path) -> Path | None:
    return cgroup.parent_group((tree / "absent", tree / "mount"), tree / "own")


def test_a_group_that_hands_down_is_used(tree: Path) -> None:
    assert found(tree) == tree / "mount" / "slice" / "run"


def test_who_sits_in_the_graders_own_group_uses_the_one_above(tree: Path) -> None:
    (tree / "own").write_text("0::/slice/run/grader\n")
    assert found(tree) == tree / "mount" / "slice" / "run"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("mount/slice/run/cgroup.controllers", "cpu memory"),
        ("mount/slice/run/cgroup.subtree_control", "pids"),
        ("own", "4:memory:/slice/run\n"),
    ],
)
def test_a_group_without_what_we_want_is_left_alone(tree: Path, file: str, text: str) -> None:
    (tree / file).write_text(text)
    assert found(tree) is None
    assert not (tree / "mount" / "slice" / "run" / "grader").exists()


def test_there_may_be_no_groups_at_all(tmp_path: Path) -> None:
    assert found(tmp_path) is None


def test_a_delegated_group_is_made_to_hand_down(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = tree / "mount" / "slice" / "run"
    (group / "cgroup.subtree_control").write_text("")
    monkeypatch.setattr(os, "getxattr", lambda path, name: b"1" if (path, name) == (group, "user.delegate") else b"0")
    assert found(tree) == group
    assert (group / "cgroup.subtree_control").read_text() == "+memory +pids"
    assert (group / "grader" / "cgroup.procs").read_text() == "18"  # in a real one each line is one more process


def test_a_new_group_limits_memory_and_processes(tmp_path: Path) -> None:
    group = cgroup.Group(tmp_path, Limits(memory_bytes=123456789, tasks=77))
    assert (group.path / "memory.max").read_text() == "123456789"
    assert (group.path / "pids.max").read_text() == "77"
    assert (group.path / "memory.swap.max").read_text() == "0"


def test_kills_are_counted(tmp_path: Path) -> None:
    group = cgroup.Group(tmp_path, Limits())
    assert group.kills == 0
    (group.path / "memory.events").write_text("low 0\nmax 12\noom 3\noom_kill 2\n")
    assert group.kills == 2


def test_what_is_left_is_ended_before_the_group_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = cgroup.Group(tmp_path, Limits())
    killed: list[str] = []

    really = Path.rmdir

    def rmdir(path: Path) -> None:  # as the system does it: not while a process is in it
        killed.append((path / "cgroup.kill").read_text())
        if len(killed) < 3:
            raise OSError("busy")
        for file in path.iterdir():
            file.unlink()
        really(path)

    monkeypatch.setattr(Path, "rmdir", rmdir)
    group.remove()
    assert killed == ["1"] * 3
    assert not group.path.exists()
