"""What is said of a class while it is graded, and at the end: nothing of it may be other than it is."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from autograder import terminal
from autograder.nbgrader_adapters.outcomes import ClassOutcome, Event, Status, SubmissionOutcome
from autograder.progress import ClassProgress, JsonLines, Tally


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in seconds: its last entry."""
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[-1])
    return now


def outcome(
    student: str, status: Status = Status.GRADED, seconds: float = 0.0, pending: bool = False, by_hand: bool = False
) -> SubmissionOutcome:
    return SubmissionOutcome("tiny", student, status, 2.0, 3.0, seconds=seconds, pending=pending, by_hand=by_hand)


def started(student: str, done: int = 0) -> Event:
    return Event("tiny", student, done, 100, 2)


def over(student: str, done: int, status: Status = Status.GRADED, seconds: float = 0.0, pending: bool = False) -> Event:
    return Event("tiny", student, done, 100, 2, outcome(student, status, seconds, pending))


def words(*events: Event) -> str:
    tally = Tally()
    for event in events:
        tally.count(event)
    return tally.words(events[-1])


def test_what_an_earlier_run_has_graded_is_no_measure_of_the_pace(clock: list[float]) -> None:
    tally = Tally()
    for number in range(40):
        tally.count(over(f"s{number}", number + 1, Status.SKIPPED))
    assert tally.words(over("s39", 40, Status.SKIPPED)) == "2 running"
    clock.append(1010)
    tally.count(started("t", 40))
    clock.append(1040)
    tally.count(over("t", 41, seconds=29.5))
    assert tally.words(over("t", 41)) == "2 running · 2 a minute · 30 min left · slowest t (29.5 s)"


def test_what_is_rejected_at_the_door_is_no_measure_either(clock: list[float]) -> None:
    assert words(started("a"), over("b", 1, Status.REJECTED)) == "2 running"


def test_at_the_end_nothing_is_left(clock: list[float]) -> None:
    tally = Tally()
    tally.count(started("a"))
    clock.append(1060)
    tally.count(over("a", 100, seconds=3, pending=True))
    assert tally.words(over("a", 100)) == "2 running · 1 wait for a GPU · 1 a minute · slowest a (3.0 s)"


def test_after_ctrl_c_the_bar_says_so_to_the_end() -> None:
    stopping = Event("", "", 1, 100, 2, stopping=True)
    last = over("a", 2)
    assert words(started("a"), stopping, last) == "stopping · 2 being finished, Ctrl-C once more leaves them"
    assert words(started("a"), stopping, replace(last, running=0)) == "stopping · all is saved"


@pytest.mark.parametrize("width", [50, 80, 160])
def test_on_a_narrow_terminal_nothing_is_left_out(width: int) -> None:
    screen = io.StringIO()
    with ClassProgress(Console(file=screen, width=width, force_terminal=True, color_system=None)) as shown:
        shown.show(started("a"))
        shown.show(over("a", 61, seconds=24.7, pending=True))
    said = " ".join(screen.getvalue().split())
    for part in ("61/100", "2 running", "1 wait for a GPU", "a minute", "left", "slowest a (24.7 s)"):
        assert part in said, part


def test_where_there_is_no_terminal_each_submission_is_a_line() -> None:
    screen = io.StringIO()
    with ClassProgress(Console(file=screen, width=40)) as shown:
        for event in (started("a"), over("a", 1), Event("", "", 1, 100, 1, stopping=True)):
            shown.show(event)
    assert screen.getvalue().splitlines() == [
        "[1/100] tiny, a: graded, 2 of 3",
        "Stopping: 1 being graded will be finished and saved; Ctrl-C once more leaves them.",
    ]


def test_machines_are_told_of_each_step_and_of_ctrl_c() -> None:
    said = io.StringIO()
    with JsonLines(said) as lines:
        for event in (started("a"), Event("", "", 0, 100, 1, stopping=True), over("a", 1)):
            lines.show(event)
        lines.close(ClassOutcome((outcome("a"),), "Stopped."))
    records = [json.loads(line) for line in said.getvalue().splitlines()]
    assert [record["event"] for record in records] == ["started", "stopping", "finished", "over"]
    assert records[1] == {"event": "stopping", "done": 0, "total": 100, "running": 1}


def test_the_summary_names_the_slowest_and_what_a_person_has_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.show_class(
        ClassOutcome(
            (
                outcome("ada", seconds=3.0, by_hand=True),
                outcome("bo", seconds=1.0),
                outcome("cy", Status.SKIPPED, by_hand=True, pending=True),
                SubmissionOutcome("tiny", "di", Status.FAILED, sentences=("Why.",), saved=Path("x")),
            )
        )
    )
    said = capsys.readouterr().out
    assert "Slowest: ada (3.0 s), bo (1.0 s)." in said
    assert "To be marked by hand: 1," in said
    assert "autograder -v grade tiny --student di" in said
    assert "Waiting for a GPU: 1. On a machine that has one: autograder grade tiny --device cuda" in said
