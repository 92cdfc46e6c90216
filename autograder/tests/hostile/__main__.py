"""`python -m autograder.tests.hostile [ids …]`: runs the cases, all or those named, and prints what came of each.

A name stands for a case (`forge-1`) or a family (`forge`). Ends with 1 when a case is not as it must be. With
`--unsafe` there is no lock: what would do harm is not run, and the rest shows what the lock is for.
"""

from __future__ import annotations

import faulthandler
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from autograder.demo import quiet_others
from autograder.tests.hostile.case import Case
from autograder.tests.hostile.cases import CASES
from autograder.tests.hostile.runner import Result, run_case
from autograder.tests.hostile.theatre import Theatre

_PATIENCE = 120.0  # seconds beyond its own that a case may take before it counts as hung
_EXPECTED = {"Z": "zero there, the rest graded", "N": "denied, graded", "R": "rejected", "E": "grader's error"}


def main(arguments: Sequence[str]) -> int:
    """Runs the cases; 1 when one is not as it must be, 2 when a name stands for none."""
    unsafe, arguments = "--unsafe" in arguments, [name for name in arguments if name != "--unsafe"]
    chosen = [case for case in CASES if not arguments or case.id in arguments or case.id.split("-")[0] in arguments]
    known = {case.id for case in CASES} | {case.id.split("-")[0] for case in CASES}
    if unknown := [name for name in arguments if name not in known]:
        sys.stderr.write(f"No such case: {', '.join(unknown)}\n")
        return 2
    quiet_others()
    with Theatre(unsafe) as theatre:
        results = _show((_run(theatre, case) for case in chosen), theatre.level)
    return int(any(not result.fine for result in results))


def _run(theatre: Theatre, case: Case) -> Result:
    """Runs a case; one that hangs ends the whole run, with a word on where it hung."""
    faulthandler.dump_traceback_later(case.seconds + _PATIENCE, exit=True)
    try:
        return run_case(theatre, case)
    finally:
        faulthandler.cancel_dump_traceback_later()


def _show(results: Iterable[Result], level: str) -> list[Result]:
    """Shows each result as it comes: in a table on a terminal, in plain lines elsewhere."""
    console, done = Console(), []
    if console.is_terminal:
        with Live(_table([]), console=console, vertical_overflow="visible") as live:
            for result in results:
                done.append(result)
                live.update(_table(done))
    else:
        for result in results:
            done.append(result)
            console.print(_line(result), soft_wrap=True, markup=False, highlight=False)
            console.file.flush()  # who waits for a log sees each case as it ends
    counts = [
        sum(result.ran and result.fine for result in done),
        sum(not result.ran and result.fine for result in done),
    ]
    wrong = len(done) - sum(counts)
    console.print(
        f"{len(done)} cases (sandbox: {level}): {counts[0]} as they must be, {counts[1]} pending, {wrong} not."
    )
    return done


def _table(results: Sequence[Result]) -> Table:
    table = Table(title="Hostile and faulty submissions", title_justify="left")
    for column in ("case", "what it does", "expected", "seen", "s"):
        table.add_column(column, overflow="fold")
    for result in results:
        seen = "\n".join([result.seen, *(f"✗ {fault}" for fault in result.faults)])
        mark = "[green]✓[/]" if result.fine and result.ran else "…" if result.fine else "[red]✗[/]"
        cells = (f"{mark} {result.case.id}", *map(escape, (result.case.does, _EXPECTED[result.case.must], seen)))
        table.add_row(*cells, f"{result.seconds:.1f}")
    return table


def _line(result: Result) -> str:
    mark = "ok  " if result.fine and result.ran else "wait" if result.fine else "FAIL"
    faults = "".join(f"\n       ✗ {fault}" for fault in result.faults)
    head = f"{mark} {result.case.id:10} {result.case.does}. Expected: {_EXPECTED[result.case.must]}."
    return f"{head} Seen: {result.seen}. {result.seconds:.1f} s{faults}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
