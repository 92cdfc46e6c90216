"""What a benchmark found: a table to read, and a JSON file to keep, both with the machine that it was found on."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from autograder.executors.local import PROCESSORS

FOLDER = Path("build") / "bench"
_PACKAGES = ("torch", "nbgrader", "nbclient", "ipykernel", "pytest")


def machine() -> dict[str, Any]:
    """Where and with what it was measured."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ""
    )
    versions = {name: importlib.metadata.version(name) for name in _PACKAGES}
    return {
        "when": time.strftime("%Y-%m-%d %H:%M"),
        "processors": PROCESSORS,
        "model": model,
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
        **versions,
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def report(name: str, title: str, rows: Sequence[dict[str, Any]], notes: Sequence[str] = ()) -> Path:
    """Prints the rows as a table, and writes them to build/bench/<name>.json; gives that path."""
    console = Console()
    table = Table(title=title, title_justify="left")
    for column in rows[0]:
        table.add_column(column, justify="left" if isinstance(rows[0][column], str) else "right", overflow="fold")
    for row in rows:
        table.add_row(*(each if isinstance(each, str) else f"{each:,.6g}" for each in row.values()))
    console.print(table)
    facts = machine()
    for note in (*notes, ", ".join(f"{key} {value}" for key, value in facts.items())):
        console.print(note, highlight=False, markup=False, soft_wrap=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps({"machine": facts, "rows": list(rows), "notes": list(notes)}, indent=1) + "\n")
    return path


def median(values: Sequence[float]) -> float:
    """The middle one, to four figures."""
    return float(f"{statistics.median(values):.4g}")
