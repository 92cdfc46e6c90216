"""What notebooks and their cells took, as a table for the end of a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest

_SLOWEST = 10
_ROW = "{:44s}{:>6s}{:>10s}{:>12s}"


def timings(reports: Iterable[pytest.TestReport]) -> Iterator[str]:
    """The lines: a notebook in each, then the slowest cells. Nothing where nothing was timed."""
    timed: dict[tuple[str, str], dict[str, float]] = {}
    for report in reports:
        path, _, cell = report.nodeid.partition("::")
        if times := {kind: float(str(value)) for kind, value in report.user_properties}:
            timed[path.rsplit("/", 1)[-1].removesuffix(".ipynb"), cell] = times
    if not timed:
        return
    notebooks: dict[str, list[dict[str, float]]] = defaultdict(list)
    for (notebook, _), times in timed.items():
        notebooks[notebook].append(times)
    yield _ROW.format("notebook", "cells", "clock", "processor")
    for name, many in sorted(notebooks.items(), key=lambda item: -_sum(item[1], "clock")):
        yield _ROW.format(name, str(len(many)), f"{_sum(many, 'clock'):.1f} s", f"{_sum(many, 'processor'):.1f} s")
    yield "slowest cells"
    for (notebook, cell), times in sorted(timed.items(), key=lambda item: -item[1]["clock"])[:_SLOWEST]:
        yield _ROW.format(f"{notebook}: {cell}", "", f"{times['clock']:.1f} s", f"{times['processor']:.1f} s")


def _sum(times: list[dict[str, float]], kind: str) -> float:
    return sum(one[kind] for one in times)
