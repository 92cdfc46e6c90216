"""The demo's last page: what was handed in, what came of it, and where to look."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from autograder import terminal
from autograder.course import Assignment
from autograder.demo.cast import CAST
from autograder.model import Report, Verdict
from autograder.nbgrader_adapters.grading import ClassOutcome, SubmissionOutcome
from autograder.report.clean import plain, points

_LONGEST = 120


def show_class(outcome: ClassOutcome) -> None:
    """One line per student."""
    table = Table(title="The class, graded", title_justify="left", show_lines=False)
    for column, side in (("student", "left"), ("handed in", "left"), ("points", "right"), ("what came of it", "left")):
        table.add_column(column, overflow="fold", justify=side)  # type: ignore[arg-type]
    found = {each.student: each for each in outcome.submissions}
    for member in CAST:
        each = found.get(member.student)
        table.add_row(member.student, member.story, _points(each), escape("\n".join(_came(each))))
    terminal.out.print(table)


def _points(each: SubmissionOutcome | None) -> str:
    if each is None or each.report is None:
        return "–"
    return f"{points(each.report.score)} of {points(each.report.max_score)}"


def _came(each: SubmissionOutcome | None) -> Iterable[str]:
    if each is None:
        return ["not graded"]
    if each.report is None:
        return [_short(f"{each.status}: {' '.join(each.sentences)}")]
    return [_short(line) for line in _told(each.report)] or ["all checks passed"]


def _told(report: Report) -> Iterable[str]:
    yield from report.notices[:1]
    slugs = {check.misconception for exercise in report.exercises for check in exercise.checks if check.misconception}
    if slugs:
        yield f"recognised: {', '.join(sorted(slugs))}"
    helped = [exercise.grade_id for exercise in report.exercises if exercise.with_stand_ins]
    if helped:
        yield f"checked with stand-ins: {', '.join(helped)}"
    for words, state in (("points lost in", Verdict.FAILED), ("no verdict yet on", Verdict.ERROR)):
        named = [exercise.grade_id for exercise in report.exercises if exercise.state is state]
        if named:
            yield f"{words}: {', '.join(named)}"


def _short(text: str) -> str:
    return plain(" ".join(text.split()), _LONGEST)


def show_where_to_look(assignment: Assignment, page: Path, seconds: float) -> None:
    """The files that were made."""
    root = assignment.course.root
    feedback = root / "feedback" / "student-04-no-scaling" / assignment.name / f"{assignment.name}.html"
    places = {
        "the report of the class": _relative(page),
        "feedback a student gets": _relative(feedback),
        "the graded notebooks": _relative(root / "autograded"),
        "nbgrader's gradebook": _relative(root / "gradebook.db"),
        "to mark by hand": f"cd {_relative(root)} && jupyter lab, then Nbgrader → Formgrader",
    }
    terminal.out.print(f"\nDone in {seconds:.0f} s. Where to look:", highlight=False)
    for what, where in places.items():
        terminal.out.print(f"  {what:24} {where}", highlight=False, soft_wrap=True)


def _relative(path: Path) -> str:
    return os.path.relpath(path)
