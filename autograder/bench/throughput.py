"""Submissions a minute: ours with one slot and with all, beside stock nbgrader and otter, on the same notebooks.

Ours runs hidden checks, with open inputs and with secret ones, behind a lock; the others the visible tests alone. A
class is graded whole, so the start of each program is in its time. The column "going" leaves that out: for ours the
rate of what came after the first quarter of the class, for nbgrader the difference between a run with some and a run
with one; `otter run` starts anew for each.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from autograder.bench import classes
from autograder.bench.command import grade_anew
from autograder.bench.otter import Otter
from autograder.bench.results import median, report
from autograder.bench.stock import Stock
from autograder.course import Assignment
from autograder.executors.local import PROCESSORS

_STOCK = "nbgrader autograde"
_Seconds = tuple[float, float]  # for one submission: of the whole command, and going
_OTHERS = 3  # submissions that the others are measured on


def run(name: str, count: int, rounds: int, otter: str | None = None) -> Path:
    """Measures.

    Args:
        name: of an assignment of ours, or of the light one.
        count: submissions in ours' class.
        otter: the program, where it is installed.
    """
    found: dict[str, list[_Seconds]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        ways = _ways(Path(scratch), name, count, otter)
        for number in range(rounds):
            for way, measure in ways.items():
                Console(stderr=True).print(f"{name}: round {number + 1} of {rounds}: {way}", highlight=False)
                found.setdefault(way, []).append(measure())
    notes = [] if otter else ["otter was not measured: no `otter` on the PATH (or say where it is, with --otter)."]
    title = f"Submissions of {name} a minute (medians of {rounds} rounds; a class of {count}, of {_OTHERS} for others)"
    return report(f"throughput-{name}", title, _rows(found), notes)


def _ways(scratch: Path, name: str, count: int, otter: str | None) -> dict[str, Callable[[], _Seconds]]:
    ours = classes.course_with(name, scratch / "ours")
    classes.hand_in(ours, count)
    ways: dict[str, Callable[[], _Seconds]] = {}
    for slots in sorted({1, PROCESSORS}):
        ways[f"ours, {slots} at a time"] = lambda slots=slots: _ours(ours, slots)  # type: ignore[misc]
    stock = Stock(scratch / "stock", ours)
    ways[_STOCK] = lambda: _stock(stock)
    if otter:
        theirs = Otter(Path(otter), scratch / "otter", ours)
        ways["otter run"] = lambda: (theirs.run(_OTHERS) / _OTHERS,) * 2
    return ways


def _rows(found: dict[str, list[_Seconds]]) -> list[dict[str, Any]]:
    rates = {
        way: [median([60 / each[index] for each in seconds]) for index in (0, 1)] for way, seconds in found.items()
    }
    return [
        {
            "what": way,
            "a minute, start included": whole,
            "a minute, going": going,
            "times nbgrader, start included": round(whole / rates[_STOCK][0], 1),
            "times nbgrader, going": round(going / rates[_STOCK][1], 1),
        }
        for way, (whole, going) in rates.items()
    ]


def _ours(assignment: Assignment, slots: int) -> _Seconds:
    done = grade_anew(assignment.course, "--workers", str(slots))
    return done.each, done.going()


def _stock(theirs: Stock) -> _Seconds:
    one, some = theirs.autograde(1), theirs.autograde(_OTHERS)
    return some / _OTHERS, (some - one) / (_OTHERS - 1)
