"""The watchdog strikes once, for what all processes of a kernel use together."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from autograder.sandbox import watchdog
from autograder.sandbox.limits import Limits
from autograder.sandbox.watchdog import Watchdog

SLEEP = "import time; time.sleep(60)"
CHILDREN = f"""\
import subprocess
for _ in range(4): subprocess.Popen(['sleep', '60'], start_new_session=True)
{SLEEP}"""
HUNGRY = f"x = bytearray(b'x') * 150_000_000\n{SLEEP}"
MANY_SMALL = f"""\
import os
for _ in range(2):
    if os.fork() == 0: break
x = bytearray(b'x') * 50_000_000
{SLEEP}"""
Start = Callable[[str], int]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []

    def run(code: str) -> int:
        started.append(subprocess.Popen([sys.executable, "-S", "-c", code], start_new_session=True))
        return started[-1].pid

    yield run
    for process in started:
        for child in watchdog._tree(process.pid):
            child.kill()
        process.wait()


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "_PERIOD", 0.02)


def strikes(pid: int, limits: Limits, seconds: float) -> list[str]:
    """What a watchdog says within that time, or until it strikes."""
    found: list[str] = []
    with Watchdog(pid, limits, found.append):
        deadline = time.monotonic() + seconds
        while not found and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.1)
    return found


@pytest.mark.parametrize(
    ("code", "limits", "reason"),
    [
        (HUNGRY, Limits(memory_bytes=100_000_000), "memory"),
        (MANY_SMALL, Limits(memory_bytes=110_000_000), "memory"),
        (CHILDREN, Limits(processes=4), "processes"),
    ],
    ids=["one large", "three small", "too many"],
)
def test_it_strikes_once(start: Start, code: str, limits: Limits, reason: str) -> None:
    assert strikes(start(code), limits, 20.0) == [reason]


@pytest.mark.parametrize("limits", [Limits(processes=5), Limits(memory_bytes=200_000_000)])
def test_it_leaves_alone_what_is_within_limits(start: Start, limits: Limits) -> None:
    assert strikes(start(CHILDREN), limits, 0.7) == []


def test_a_process_that_is_gone_is_no_reason(start: Start) -> None:
    assert strikes(2**22 - 1, Limits(), 0.2) == []
