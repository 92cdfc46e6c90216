"""A slot's environment holds nothing of ours, and its end leaves no file and no process."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from autograder.sandbox.limits import Limits
from autograder.sandbox.slot import Slot


@pytest.fixture
def slot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slot]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Slot(Limits()) as made:
        yield made


def start(slot: Slot, code: str) -> str:
    """Runs Python code as a kernel would run; what it prints first."""
    command = [sys.executable, "-c", code]
    process = subprocess.Popen(
        command, env=slot.environment("cpu"), stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    with process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.stdout.close()
        return line


def ended(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "hunter2",
    "GITHUB_TOKEN": "hunter2",
    "PYTHONPATH": "/hunter2",
    "LD_PRELOAD": "/hunter2.so",
    "JUPYTERHUB_API_TOKEN": "hunter2",
    "SSH_AUTH_SOCK": "/hunter2",
    "HTTP_PROXY": "http://hunter2@127.0.0.1",
    "MPLCONFIGDIR": "/hunter2",
    "HOME": "/hunter2",
    "TMPDIR": "/hunter2",
    "PATH": "/hunter2",
}


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_nothing_of_the_graders_environment_is_inherited(
    slot: Slot, monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    environment = slot.environment(device)
    assert "hunter2" not in repr(environment)
    assert not set(environment) & {"PYTHONPATH", "LD_PRELOAD", "GITHUB_TOKEN", "SSH_AUTH_SOCK"}
    assert all(environment[name].startswith(str(slot.folder)) for name in ("HOME", "TMPDIR", "IPYTHONDIR"))


def test_a_gpu_is_seen_only_where_it_is_graded_on(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    assert slot.environment("cpu")["CUDA_VISIBLE_DEVICES"] == ""
    assert slot.environment("cuda")["CUDA_VISIBLE_DEVICES"] == "3"


def test_the_limits_travel_in_the_environment(slot: Slot) -> None:
    assert json.loads(slot.environment("cpu")["AANDACHT_LIMITS"]) == Limits().rlimits()


def test_the_folder_is_closed_to_others_and_ends_with_the_slot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Slot(Limits()) as slot:
        assert stat.S_IMODE(slot.folder.stat().st_mode) == 0o700
        assert slot.home.parent == slot.folder
        (slot.home / "link").symlink_to(tmp_path)
        (slot.home / "deep" / "er").mkdir(parents=True)
        (tmp_path / "neighbour").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["neighbour"]


def test_every_fork_has_a_socket_of_its_own(slot: Slot) -> None:
    paths = [slot.fork_socket() for _ in range(20)]
    assert len(set(paths)) == 20
    assert {path.parent for path in paths} == {slot.folder}


def test_the_font_list_is_lent_and_not_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fonts = tmp_path / "fonts" / "fontlist-v1.json"
    fonts.parent.mkdir()
    fonts.write_text("{}")
    monkeypatch.setenv("MPLCONFIGDIR", str(fonts.parent))
    with Slot(Limits()) as slot:
        lent = Path(slot.environment("cpu")["MPLCONFIGDIR"]) / fonts.name
        lent.write_text("poisoned")
    assert fonts.read_text() == "{}"


DAEMON = """\
import subprocess
p = subprocess.Popen(['sleep', '600']{options}, stdout=subprocess.DEVNULL)
print(p.pid, flush=True)
"""
DAEMONS = {
    "a child": "",
    "in a session of its own": ", start_new_session=True",
    "elsewhere": ", start_new_session=True, cwd='/'",
}


@pytest.mark.parametrize("options", DAEMONS.values(), ids=DAEMONS)
def test_daemons_are_found_by_their_mark(slot: Slot, options: str) -> None:
    pid = int(start(slot, DAEMON.format(options=options)))
    assert pid in {process.pid for process in slot.processes()}
    slot.kill_processes()
    assert ended(pid)
    assert slot.processes() == []


def test_a_child_without_the_mark_is_found_through_its_parent(slot: Slot) -> None:
    code = DAEMON.format(options=", env={}, start_new_session=True") + "import os, time\nos.close(1)\ntime.sleep(600)"
    with subprocess.Popen(
        [sys.executable, "-c", code], env=slot.environment("cpu"), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        slot.kill_processes()
        assert process.wait(5) < 0
    assert ended(pid)


def test_other_slots_and_processes_are_left_alone(slot: Slot) -> None:
    with Slot(Limits()) as neighbour:
        theirs = int(start(neighbour, DAEMON.format(options=", start_new_session=True")))
        slot.kill_processes()
        assert not ended(theirs)
        assert psutil.pid_exists(os.getpid())
    assert ended(theirs)


def test_killing_takes_no_time_where_there_is_nothing(slot: Slot) -> None:
    started = time.monotonic()
    slot.kill_processes()
    assert time.monotonic() - started < 2
