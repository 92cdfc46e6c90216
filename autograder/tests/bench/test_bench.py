"""What the benchmarks measure is what they say; how fast anything is, no test asks."""

from __future__ import annotations

import doctest
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.bench import classes, cluster, otter, overhead, results, scale, stock, throughput
from autograder.bench.command import Watched
from autograder.course import Course
from autograder.intake import accept


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where results are written in the test; the benchmarks themselves start in the repository."""
    monkeypatch.setattr(results, "FOLDER", tmp_path / "bench")
    return tmp_path


def rows_of(path: Path) -> list[dict[str, Any]]:
    """What a benchmark wrote."""
    rows: list[dict[str, Any]] = json.loads(path.read_text())["rows"]
    return rows


def cell(source: str) -> nbformat.NotebookNode:
    return nbformat.from_dict({"source": source, "metadata": {"nbgrader": {"points": 2}}})  # type: ignore[no-untyped-call, no-any-return]


# Classes


def test_no_two_submissions_of_a_class_are_the_same_and_all_are_taken_in(tmp_path: Path) -> None:
    assignment = classes.course_with("attention", tmp_path / "course")
    classes.hand_in(assignment, 7)
    handed_in = [path.read_bytes() for path in classes.submissions(assignment)]
    assert len(set(handed_in)) == 7
    sources = {str([cell.source for cell in accept(each, assignment).notebook.cells]) for each in handed_in}
    assert len(sources) == 7


def test_stock_nbgrader_gets_the_same_cells_but_those_that_nobody_runs() -> None:
    source = Course.find(Path.cwd()).assignment("attention").source
    whole = nbformat.read(source, 4)  # type: ignore[no-untyped-call]
    left_out = {each.id for each in whole.cells} - {each.id for each in stock.without_skipped(source).cells}
    assert left_out == {each.id for each in whole.cells if "skip-execution" in each.metadata.get("tags", [])} != set()


@pytest.mark.parametrize(("answer", "failures"), [("2", 0), ("3", 1)])
def test_otter_runs_the_visible_tests_of_a_cell(answer: str, failures: int) -> None:
    test = otter._test("two", cell('assert two == 2, "not two"\nprint("well done")'))
    code = test["suites"][0]["cases"][0]["code"]
    found = doctest.DocTestParser().get_doctest(code, {"two": int(answer)}, "two", None, None)
    assert doctest.DocTestRunner(verbose=False).run(found, out=lambda _: None).failed == failures
    assert test["points"] == 2


# Figures


def test_rates_are_medians_beside_those_of_nbgrader() -> None:
    found = {"ours": [(2.0, 1.0), (4.0, 1.5), (3.0, 3.0)], "nbgrader autograde": [(6.0, 6.0)] * 3}
    first, last = throughput._rows(found)
    assert [first[key] for key in first if key != "what"] == [20.0, 40.0, 2.0, 4.0]
    assert [last[key] for key in last if key != "what"] == [10.0, 10.0, 1.0, 1.0]


def test_going_is_what_comes_after_the_first_quarter() -> None:
    assert Watched(ends=[10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 19.0]).going() == (19.0 - 12.0) / 5


def test_the_rest_is_what_no_stage_counted_and_an_idle_machine_is_taken_off() -> None:
    meter = overhead.Meter()
    meter.wall |= {"save": 1.0, "cells": 2.0, "all": 4.0, "student code alone": 1.0}
    meter.busy |= {"save": 1.2, "cells": 2.4, "all": 5.0, "student code alone": 1.0}
    rows = {row["stage"]: (row["wall, ms"], row["processors, ms"]) for row in overhead._rows(meter, 2, idle=0.1)}
    assert rows["save"] == (500.0, 550.0)
    assert rows["the rest"] == (500.0, 650.0)
    assert rows["all"] == (2000.0, 2300.0)
    assert rows["student code alone"] == (500.0, 500.0)


def test_an_estimate_ends_where_the_grader_has_no_time_left_and_is_called_one() -> None:
    here, dask = cluster._HERE, cluster._DASK
    measured = {(dask, 1): cluster.Cost(1.0, 0.02, 0.05), (dask, 2): cluster.Cost(0.625, 0.02, 0.05)}
    rows = cluster._rows(measured | {(here, 1): cluster.Cost(0.8, 0.02)})
    assert [row["what"] for row in rows] == [here.format(count=1), "Dask, 1 worker", *_some_workers(2, 10, 100)]
    assert [row["how"] for row in rows] == ["measured"] * 3 + ["estimate"] * 2
    assert [row["a minute"] for row in rows] == [75.0, 60.0, 96.0, 600.0, 1200.0]
    assert [row["efficiency, %"] for row in rows] == [100, 100, 80, 100, 20]


def _some_workers(*counts: int) -> list[str]:
    return [f"Dask, {count} workers" for count in counts]


# Small ones, whole


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_small_class_of_scale(folder: Path) -> None:
    (row,) = rows_of(scale.run((12,)))
    assert row["submissions"] == 12
    assert all(row[name] > 0 for name in row)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_small_class_of_throughput(folder: Path) -> None:
    rows = rows_of(throughput.run(classes.LIGHT, count=8, rounds=1))
    assert [row["what"] for row in rows][-1] == "nbgrader autograde"
    assert all(row["a minute, going"] > 0 for row in rows)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_small_class_of_overhead(folder: Path) -> None:
    rows = {row["stage"]: row["wall, ms"] for row in rows_of(overhead.run(3, classes.LIGHT))}
    assert all(rows[name] > 0 for name in rows if name != "checks, with stand-ins")
    assert rows["all"] > rows["cells"] + rows["checks, open inputs"] + rows["save"]
