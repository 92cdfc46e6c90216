"""The proof believes nothing that was not reported, and takes its bait away again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from autograder.errors import KernelError
from autograder.sandbox import proof
from autograder.sandbox.canaries import ATTEMPTS
from autograder.sandbox.process import Order
from autograder.sandbox.proof import prove
from autograder.sandbox.slot import Slot
from autograder.sandbox.warm import WarmLauncher
from autograder.tests.sandbox.inside import own_files


@dataclass
class Ended:
    """A process that is none."""

    pid: int = 0
    inherited: int = 0
    has_been_ended: bool = False

    def poll(self) -> int | None:
        return 0

    def interrupt(self) -> None:
        """Nobody is there."""

    def family(self) -> list[psutil.Process]:
        return []

    def sockets(self) -> int:
        return 0

    def was_starved(self) -> bool:
        return False

    def end(self) -> None:
        self.has_been_ended = True


class Scripted:
    """Writes what a test says in place of a report; None keeps the line open and says nothing."""

    level = "namespaces"

    def __init__(self, report: bytes | None) -> None:
        self._report, self.process = report, Ended()
        self.bait: dict[str, object] = {}
        self._held: list[int] = []

    def launch(self, order: Order, slot: Slot) -> Ended:
        self.bait = dict(order.arguments)
        if self._report:
            os.write(order.descriptors[0], self._report)
        if self._report is None:
            self._held.append(os.dup(order.descriptors[0]))
        return self.process

    def close(self) -> None:
        for held in self._held:
            os.close(held)


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    monkeypatch.setattr(proof, "_SECONDS", 0.1)
    launcher = Scripted(None)
    yield launcher
    launcher.close()


def test_in_the_lock_every_attempt_is_made_and_fails(lean: WarmLauncher, tmp_path: Path) -> None:
    attempts = prove(lean, [tmp_path, Path(__file__)])
    assert [attempt.name for attempt in attempts] == list(ATTEMPTS)
    assert [attempt for attempt in attempts if attempt.escaped] == []


def test_a_process_that_died_before_it_reported_has_escaped() -> None:
    launcher = Scripted(b"")
    assert {attempt.escaped for attempt in prove(launcher, [])} == {"nothing came back"}
    assert launcher.process.has_been_ended


def test_a_process_that_never_reports_is_an_error(silent: Scripted) -> None:
    with pytest.raises(KernelError, match="did not report"):
        prove(silent, [])
    assert silent.process.has_been_ended


def test_the_bait_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before, launcher = own_files(), Scripted(b"")
    prove(launcher, [Path("/secret")])
    assert list(tmp_path.iterdir()) == []
    assert "AANDACHT_BAIT" not in os.environ
    assert own_files() == before
    assert launcher.bait["hidden"] == ["/secret"]
    assert str(launcher.bait["file"]).startswith(str(tmp_path))


def test_an_attempt_that_is_missing_from_a_report_is_no_success() -> None:
    with pytest.raises(KeyError):
        prove(Scripted(b'{"mounts: a file of this machine": ""}'), [])
