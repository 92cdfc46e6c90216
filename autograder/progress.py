"""A class being graded, as it goes: a bar on a terminal, plain lines elsewhere, or records for machines."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TimeElapsedColumn
from rich.text import Text

if TYPE_CHECKING:
    from autograder.nbgrader_adapters.grading import ClassOutcome, Event, SubmissionOutcome


@dataclass
class Tally:
    """What came of a class so far.

    Attributes:
        started: when the first submission was given to a worker; what is known without one takes no time.
        graded: how many came back since.
    """

    started: float | None = None
    graded: int = 0
    failed: int = 0
    pending: int = 0
    stopping: bool = False
    slowest: tuple[float, str] = (0.0, "")

    def count(self, event: Event) -> None:
        """Takes in what has happened."""
        self.stopping |= event.stopping
        if event.outcome is None:
            self.started = self.started or time.monotonic()
            return
        self.graded += self.started is not None and event.outcome.status in ("graded", "not graded")
        self.failed += event.outcome.failed
        self.pending += event.outcome.pending
        self.slowest = max(self.slowest, (event.outcome.seconds, event.outcome.student))

    def words(self, event: Event) -> str:
        """How it goes, in a line."""
        if self.stopping:
            doing = f"{event.running} being finished, Ctrl-C once more leaves them" if event.running else "all is saved"
            return f"stopping · {doing}"
        parts = [f"{event.running} running"]
        parts += [f"{self.failed} failed"] if self.failed else []
        parts += [f"{self.pending} wait for a GPU"] if self.pending else []
        parts += self._pace(event.total - event.done)
        parts += [f"slowest {self.slowest[1]} ({self.slowest[0]:.1f} s)"] if self.slowest[0] else []
        return " · ".join(parts)

    def _pace(self, left: int) -> list[str]:
        if not self.graded or self.started is None:
            return []
        each = max(time.monotonic() - self.started, 1e-6) / 60 / self.graded
        return [f"{1 / each:.0f} a minute", *([f"{_span(left * each)} left"] if left else [])]


class _Bar(Progress):
    """A bar with a line of words below it, for which there is no room beside it on a narrow terminal."""

    words = "starting"

    def get_renderables(self) -> Iterator[RenderableType]:
        """The bar, and the words."""
        yield self.make_tasks_table(self.tasks)
        yield Text(self.words)


class ClassProgress:
    """Shows a class being graded; a context manager.

    Args:
        console: where; standard error by default, which leaves the table to whoever reads standard output.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        columns = (SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = _Bar(*columns, console=self._console, disable=not self._console.is_terminal)
        self._task = self._bar.add_task("", total=None)
        self._tally = Tally()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, event: Event) -> None:
        """One event of `grade_class`."""
        self._tally.count(event)
        if (event.outcome or event.stopping) and not self._console.is_terminal:
            self._console.print(str(event), soft_wrap=True, markup=False, highlight=False)
        self._bar.words = self._tally.words(event)
        self._bar.update(self._task, total=event.total, completed=event.done)


class JsonLines:
    """Writes a record for each event, one on a line, for programs that follow a run."""

    def __init__(self, to: TextIO | None = None) -> None:
        self._to = to or sys.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._to.flush()

    def show(self, event: Event) -> None:
        """One event of `grade_class`."""
        counts = {"done": event.done, "total": event.total}
        if event.stopping:
            self._write({"event": "stopping", **counts, "running": event.running})
            return
        record = {"assignment": event.assignment, "student": event.student, **counts}
        self._write({"event": "finished" if event.outcome else "started", **record, **_facts(event.outcome)})

    def close(self, outcome: ClassOutcome) -> None:
        """The run is over."""
        counts = {"submissions": len(outcome.submissions), "failed": len(outcome.failed)}
        notices = {"stopped": outcome.stopped, "notices": list(outcome.notices)}
        self._write({"event": "over", **counts, **notices, "complete": outcome.complete})

    def _write(self, record: dict[str, Any]) -> None:
        self._to.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._to.flush()


def _facts(outcome: SubmissionOutcome | None) -> dict[str, Any]:
    if outcome is None:
        return {}
    names = ("status", "score", "max_score", "needs_person", "pending", "sentences", "seconds")
    return {name: getattr(outcome, name) for name in names}


def _span(minutes: float) -> str:
    return f"{minutes:.0f} min" if minutes >= 2 else f"{60 * minutes:.0f} s"
