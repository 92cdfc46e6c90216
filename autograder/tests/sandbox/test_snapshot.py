"""A snapshot is known by the process that reported, not by what it said, and is seen to fall."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.sandbox.snapshot import Snapshot
from autograder.tests.sandbox.inside import own_files, until

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="who sent a message is told by Linux alone")
#: Reports on file 200 and then does as its argument says.
REPORTER = """
import os, signal, sys, time
report, then = sys.argv[1].encode(), sys.argv[2]
if report: os.write({file}, report)
if then == "block": signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
if then != "leave": time.sleep(60)
"""
Report = Callable[[Snapshot, str, str], subprocess.Popen[bytes]]


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[Snapshot]:
    made = Snapshot(tmp_path / "fork-1")
    yield made
    made.close()


@pytest.fixture
def report() -> Iterator[Report]:
    started: list[subprocess.Popen[bytes]] = []

    def run(snapshot: Snapshot, words: str, then: str) -> subprocess.Popen[bytes]:
        file = snapshot.theirs.fileno()
        command = [sys.executable, "-S", "-c", REPORTER.format(file=file), words, then]
        started.append(subprocess.Popen(command, pass_fds=[file]))
        return started[-1]

    yield run
    for each in started:
        each.kill()
        each.wait()


@linux
def test_the_system_says_who_reported(snapshot: Snapshot, report: Report) -> None:
    reporter = report(snapshot, "1", "stay")  # a lie: that is somebody else's number
    snapshot.wait(5.0)
    assert snapshot.pid == reporter.pid
    assert not snapshot.has_fallen


@pytest.mark.parametrize("words", ["", "x" * 5000, "-7", "\u0663", "1e3", "\0"])
def test_whatever_is_said_is_no_error(snapshot: Snapshot, report: Report, words: str) -> None:
    reporter = report(snapshot, words.replace("\0", "0"), "leave")
    snapshot.wait(5.0)
    assert snapshot.pid in (0, reporter.pid)


def test_where_nobody_reports_there_is_none(snapshot: Snapshot) -> None:
    snapshot.wait(0.05)
    assert snapshot.pid == 0
    assert not snapshot.has_fallen


def test_one_that_ended_has_fallen(snapshot: Snapshot, report: Report) -> None:
    reporter = report(snapshot, "1", "stay")
    snapshot.wait(5.0)
    reporter.kill()
    assert until(lambda: snapshot.has_fallen)


@linux
def test_one_that_was_sent_a_signal_has_fallen_before_it_is_gone(snapshot: Snapshot, report: Report) -> None:
    reporter = report(snapshot, "1", "block")
    snapshot.wait(5.0)
    status = Path(f"/proc/{reporter.pid}/status")
    assert until(lambda: "SigBlk:\t0000" not in status.read_text())
    assert not snapshot.has_fallen
    os.kill(reporter.pid, signal.SIGTERM)
    assert until(lambda: snapshot.has_fallen)
    assert reporter.poll() is None


def test_a_second_report_counts_as_fallen(snapshot: Snapshot) -> None:
    """Nothing honest says anything more; so nothing can be forged later, either."""
    forged = socket.socket(fileno=os.dup(snapshot.theirs.fileno()))
    with forged:
        forged.send(b"1")
        snapshot.wait(1.0)
        assert not snapshot.has_fallen
        forged.send(b"2")
        assert snapshot.has_fallen


def test_it_lets_go_of_its_files(tmp_path: Path) -> None:
    before = own_files()
    for number in range(3):
        snapshot = Snapshot(tmp_path / f"fork-{number}")
        snapshot.close()
        snapshot.close()
    assert own_files() == before
