"""How results look on a terminal: tables and progress; plain lines where there is none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from autograder.model import ExerciseResult, Report, Verdict
from autograder.report.clean import paragraphs, plain

if TYPE_CHECKING:
    from autograder.doctor import Finding
    from autograder.nbgrader_adapters.grading import ClassOutcome, Event
    from autograder.sandbox.limits import Limits
    from autograder.sandbox.proof import Attempt
    from autograder.verify import Proof

_WIDE = 150  # columns where there is no terminal to ask

out = Console(width=None if sys.stdout.isatty() else _WIDE)
err = Console(stderr=True)

MARKS = {
    Verdict.PASSED: "[green]✓[/] passed",
    Verdict.FAILED: "[red]✗[/] failed",
    Verdict.SKIPPED: "– skipped",
    Verdict.PENDING: "… pending",
    Verdict.TIMEOUT: "[red]✗[/] timeout",
    Verdict.CRASHED: "[red]✗[/] crashed",
    Verdict.ERROR: "[magenta]![/] error",
}


def warn_about_sandbox(unsafe: bool) -> None:
    """Says so when student code is not locked in."""
    if unsafe:
        err.print("Note: student code runs with limits, but is not locked in (sandbox: off); every result says so.")


def show_report(report: Report) -> None:
    """One submission's report."""
    for notice in report.notices:
        out.print(f"• {escape(plain(notice, 500))}")
    for exercise in report.exercises:
        _show_exercise(exercise)
    out.print(f"[bold]{report.score:g} of {report.max_score:g} points[/]  (sandbox: {report.sandbox}, {report.device})")
    for cell in report.manual:
        state = "answered" if cell.answered else "no answer"
        out.print(f"{escape(cell.grade_id)}: {cell.max_score:g} points by hand ({state})")


def _show_exercise(exercise: ExerciseResult) -> None:
    score = "–" if exercise.score is None else f"{exercise.score:g}"
    helped = "  (with trusted stand-ins for earlier exercises)" if exercise.with_stand_ins else ""
    out.print(f"\n[bold]{escape(exercise.grade_id)}[/]  {score} of {exercise.max_score:g}{helped}")
    for check in exercise.checks:
        out.print(f"  {MARKS[check.verdict]}  {escape(plain(check.title, 500))}")
        for text in (*paragraphs(check.message), *paragraphs(check.explanation)):
            out.print(f"      {escape(text)}")


def show_proofs(assignment: str, proofs: Sequence[Proof]) -> None:
    """What `verify` proved, as a table, and the faults below it."""
    table = Table(title=f"verify {assignment}")
    for column in ("exercise", "kind", "subject", "failed checks", "named in feedback", "proved"):
        table.add_column(column, overflow="fold")
    for proof in proofs:
        named = ("yes" if proof.recognised else "no") if proof.kind == "misconception" else ""
        table.add_row(
            proof.exercise,
            proof.kind,
            proof.subject,
            ", ".join(proof.failed),
            named,
            "[red]✗[/]" if proof.faults else "✓",
        )
    out.print(table)
    for proof in proofs:
        for fault in proof.faults:
            out.print(f"[red]✗[/] {proof.exercise}, {proof.kind} {proof.subject}: {escape(fault)}", soft_wrap=True)
    kinds = {kind: [p for p in proofs if p.kind == kind] for kind in ("misconception", "alternative", "check")}
    counts = ", ".join(f"{sum(not p.faults for p in found)} of {len(found)} {kind}s" for kind, found in kinds.items())
    out.print(f"Proved: {counts}.")


def while_proving(assignment: str, work: Callable[[Callable[[Proof], None]], list[Proof]]) -> list[Proof]:
    """Runs the proofs under a counter."""
    with err.status(f"verify {assignment} …") as status:
        count = 0

        def tell(proof: Proof) -> None:
            nonlocal count
            count += 1
            status.update(f"verify {assignment}: {count} proofs, {proof.exercise} {proof.subject}")

        return work(tell)


def show_findings(findings: Sequence[Finding], title: str = "This machine") -> None:
    """What `doctor` found."""
    table = Table(title=title)
    for column in ("what", "found", "", "what to do"):
        table.add_column(column, overflow="fold")
    for finding in findings:
        table.add_row(finding.what, finding.found, "✓" if finding.fine else "✗", finding.remedy)
    out.print(table)


def show_attempts(attempts: Sequence[Attempt]) -> None:
    """What was tried to break out of the lock."""
    table = Table(title="Attempts to break out of the lock, made just now")
    for column in ("layer", "what was tried", ""):
        table.add_column(column, overflow="fold")
    for attempt in attempts:
        layer, _, tried = attempt.name.partition(": ")
        table.add_row(layer, tried, f"[red]✗[/] {escape(attempt.escaped)}" if attempt.escaped else "✓ stopped")
    if attempts:
        out.print(table)


def show_limits(limits: Limits) -> None:
    """What a submission may use; each can be changed."""
    values = ", ".join(f"{name}={value:g}" for name, value in asdict(limits).items())
    out.print(f"Limits (--limit NAME=VALUE, or c.Execute.limits in nbgrader_config.py): {values}", highlight=False)


class ClassProgress:
    """Shows a class being graded: a bar on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        columns = (
            SpinnerColumn(),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
        )
        self._bar = Progress(*columns, console=err, disable=not err.is_terminal)
        self._task = self._bar.add_task("grading", total=None)

    def __enter__(self) -> ClassProgress:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, event: Event) -> None:
        """One event of `grade_class`."""
        done = event.number if event.outcome else event.number - 1
        self._bar.update(self._task, total=event.total, completed=done, description=escape(event.student))
        if event.outcome and not err.is_terminal:
            err.print(str(event), soft_wrap=True, markup=False, highlight=False)


def show_class(outcome: ClassOutcome) -> None:
    """A class's marks, and what a person has to look at."""
    table = Table()
    for column in ("assignment", "student", "what happened", "points", "notes"):
        table.add_column(column, overflow="fold")
    for each in outcome.submissions:
        points = f"{each.report.score:g} of {each.report.max_score:g}" if each.report else "–"
        notes = each.report.notices[:1] if each.report else each.sentences
        table.add_row(each.assignment, each.student, each.status, points, escape(" ".join(notes)))
    out.print(table)
    if outcome.stopped:
        out.print(outcome.stopped, markup=False)
    if outcome.failed:
        out.print(f"{len(outcome.failed)} of {len(outcome.submissions)} could not be graded and need a person.")
