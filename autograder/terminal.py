"""How results look on a terminal: tables and progress; plain lines where there is none."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.model import ExerciseResult, Report, Verdict
from autograder.report.clean import paragraphs, plain

if TYPE_CHECKING:
    from autograder.doctor import Finding
    from autograder.nbgrader_adapters.grading import ClassOutcome, SubmissionOutcome
    from autograder.sandbox.limits import Limits
    from autograder.sandbox.proof import Attempt
    from autograder.verify import Proof

_LARGE = 60  # submissions: a table of more than that is no help
_SLOWEST = 3  # submissions that are named
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


def show_class(outcome: ClassOutcome) -> None:
    """A class's marks (of a large one only what a person has to look at), and what is to be done."""
    large = len(outcome.submissions) > _LARGE
    shown = outcome.failed if large else outcome.submissions
    if shown:
        out.print(_table_of(shown))
    if large:
        out.print(_in_numbers(outcome), highlight=False)
    if long := _slowest(outcome):
        took = ", ".join(f"{each.student} ({each.seconds:.1f} s)" for each in long)
        out.print(f"Slowest: {took}.", markup=False, highlight=False, soft_wrap=True)
    for sentence in (*outcome.notices, *filter(None, [outcome.stopped]), *_to_do(outcome)):
        out.print(sentence, markup=False, highlight=False, soft_wrap=True)


def _slowest(outcome: ClassOutcome) -> list[SubmissionOutcome]:
    executed = [each for each in outcome.submissions if each.seconds]
    return sorted(executed, key=lambda each: -each.seconds)[:_SLOWEST]


def _table_of(submissions: Sequence[SubmissionOutcome]) -> Table:
    table = Table()
    for column in ("assignment", "student", "what happened", "points", "notes"):
        table.add_column(column, overflow="fold")
    for each in submissions:
        points = "–" if each.score is None else f"{each.score:g} of {each.max_score:g}"
        notes = each.sentences or each.notices
        table.add_row(each.assignment, escape(each.student), each.status, points, escape(" ".join(notes)))
    return table


def _in_numbers(outcome: ClassOutcome) -> str:
    counts = Counter(each.status for each in outcome.submissions)
    return ", ".join(f"{count:,} {status}" for status, count in counts.most_common()) + "."


def _to_do(outcome: ClassOutcome) -> Iterator[str]:
    """What needs a person, and the command for it."""
    names = " ".join(dict.fromkeys(each.assignment for each in outcome.submissions))
    again = [each for each in outcome.failed if each.status != "rejected"]
    rejected = [each for each in outcome.failed if each.status == "rejected"]
    if outcome.failed:
        yield f"{len(outcome.failed)} of {len(outcome.submissions)} could not be graded and need a person."
    if again:
        yield f"To try again: autograder -v grade {again[0].assignment} --student {again[0].student}"
    if rejected:
        yield "Rejected files are told of in the class report: autograder report " + rejected[0].assignment
    if by_hand := [each for each in outcome.submissions if each.by_hand and each.status == "graded"]:
        yield f"To be marked by hand: {len(by_hand)}, in formgrader (jupyter lab, menu Nbgrader, Formgrader)."
    if waiting := sum(each.pending for each in outcome.submissions):
        yield f"Waiting for a GPU: {waiting}. On a machine that has one: autograder grade {names} --device cuda"
