"""Runs an instructor's notebook whole, with all that is left out when grading: training, plots, experiments."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).parents[3]
_MOST_SECONDS = 300  #: what one cell may take on a busy machine
_ASK = 'import json; print(json.dumps(globals().get("measured", {})))'


@dataclass(frozen=True)
class Lesson:
    """What a run of the notebook came to.

    Attributes:
        measured: the notebook's own dictionary of what it found.
        seconds: of the whole run, the start of the kernel included.
    """

    measured: dict[str, float]
    seconds: float


@lru_cache
def run_lesson(name: str) -> Lesson:
    """Executes `source/<name>/<name>.ipynb` from top to bottom, in its own folder; raises where a cell raises."""
    notebook = read_lesson("source", name)
    notebook.cells.append(nbformat.v4.new_code_cell(_ASK))  # type: ignore[no-untyped-call]
    seconds = execute(notebook, ROOT / "source" / name)
    return Lesson(json.loads(printed_by(notebook.cells[-1])), seconds)


def read_lesson(room: str, name: str) -> NotebookNode:
    """The notebook in `source/` or `release/`."""
    return nbformat.read(ROOT / room / name / f"{name}.ipynb", as_version=4)  # type: ignore[no-any-return,no-untyped-call]


def execute(notebook: NotebookNode, folder: Path) -> float:
    """Runs all cells in a kernel of their own, without a lock; gives the seconds it took."""
    started = time.monotonic()
    folder_of = {"metadata": {"path": folder}}
    NotebookClient(notebook, timeout=_MOST_SECONDS, resources=folder_of, skip_cells_with_tag="").execute()
    return time.monotonic() - started


def printed_by(cell: NotebookNode) -> str:
    """What an executed cell wrote to standard output and standard error."""
    return "".join(output.get("text", "") for output in cell.outputs)
