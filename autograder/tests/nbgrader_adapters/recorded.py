"""All that a run records, in a form in which two runs of the same class can be compared."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from typing import Any

from autograder.course import Course

Rows = dict[str, list[dict[str, Any]]]


def rows(course: Course) -> Rows:
    """All that the gradebook says, with what a row is about in the place of ids that are drawn by chance."""
    with closing(sqlite3.connect(course.root / "gradebook.db")) as database:
        database.row_factory = sqlite3.Row
        names = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        tables = {name: [dict(row) for row in database.execute(f"select * from {name}")] for name in names}
    labels: dict[str, str] = {}
    for name in ("submitted_assignment", "submitted_notebook", "grade", "comment"):
        labels |= {row["id"]: _label(row, labels) for row in tables[name]}
    named = {name: [_named(row, labels) for row in table] for name, table in tables.items()}
    return {name: sorted(table, key=str) for name, table in named.items()}


def _label(row: dict[str, Any], labels: dict[str, str]) -> str:
    return "/".join(labels.get(value, value) for key, value in row.items() if key.endswith("_id"))


def _named(row: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    return {key: labels.get(value, value) if key.endswith("id") else value for key, value in row.items()}


def folders(course: Course) -> dict[str, bytes]:
    """What stands in autograded/, byte for byte."""
    root = course.root / "autograded"
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    return {name: _settled(data) if name == "dead/tiny/tiny.ipynb" else data for name, data in found.items()}


def _settled(notebook: bytes) -> bytes:
    """Without the number of the cell that ended the kernel: whether it was said before the end is chance."""
    return re.sub(rb'(?<="execution_count": )3,', b"null,", notebook)


def modes(course: Course) -> dict[str, str]:
    """Who may do what there."""
    root = course.root / "autograded"
    return {path.relative_to(root).as_posix(): oct(path.stat().st_mode) for path in (root, *root.rglob("*"))}


def reports(course: Course) -> dict[str, dict[str, Any]]:
    """The reports, but for how long it took."""
    root = course.state / "reports"
    found = {path.relative_to(root).as_posix(): json.loads(path.read_text()) for path in root.rglob("*.json")}
    return {name: {**report, "seconds": 0} for name, report in found.items()}


def everything(course: Course) -> list[dict[str, Any]]:
    """All of these."""
    return [rows(course), folders(course), modes(course), reports(course)]
