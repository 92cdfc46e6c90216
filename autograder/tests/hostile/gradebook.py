"""The gradebook as it is on disk: every row of every table, and whose it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from pathlib import Path

#: Rows by table; the table "sqlite_master" holds tables, indices, views and triggers.
Rows = dict[str, set[tuple[object, ...]]]


def read_gradebook(path: Path) -> Rows:
    """Every row of every table."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as book:
        names = [name for (name,) in book.execute("select name from sqlite_master where type = 'table'")]
        rows = {name: set(book.execute(f'select * from "{name}"')) for name in names}
        rows["sqlite_master"] = {(*row[:3], row[4]) for row in book.execute("select * from sqlite_master")}
    book.close()
    return rows


def rows_of(rows: Rows, students: Collection[str]) -> Rows:
    """The rows that belong to students: their own, and all that refer to those."""
    mine: set[object] = set(students)
    found: Rows = {name: set() for name in rows}
    grown = True
    while grown:
        grown = False
        for name, table in rows.items():
            for row in table - found[name]:
                if not mine.isdisjoint(row):
                    found[name].add(row)
                    mine.add(row[0])  # every table of nbgrader's begins with its id
                    grown = True
    return found


def others(rows: Rows, students: Collection[str]) -> Rows:
    """All other rows."""
    theirs = rows_of(rows, students)
    return {name: table - theirs[name] for name, table in rows.items()}


def marks(path: Path, student: str) -> dict[str, float | None]:
    """A student's automatic scores, by cell; a manual or extra score is added, so that it shows."""
    query = """
        select base_cell.name, grade.auto_score + coalesce(grade.manual_score, 0) + coalesce(grade.extra_credit, 0)
        from grade
        join base_cell on base_cell.id = grade.cell_id
        join submitted_notebook on submitted_notebook.id = grade.notebook_id
        join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
        where submitted_assignment.student_id = ?
    """
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as book:
        found: dict[str, float | None] = dict(book.execute(query, (student,)))
    book.close()
    return found
