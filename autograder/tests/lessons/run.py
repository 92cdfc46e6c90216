"""Runs an instructor's notebook whole, with all that is left out when grading: training, plots, experiments."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[3]
_MOST_SECONDS = 300  #: what one cell may take on a busy machine
_ASK = "import json; print(json.dumps(measured))"


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
    path = ROOT / "source" / name / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    notebook.cells.append(nbformat.v4.new_code_cell(_ASK))  # type: ignore[no-untyped-call]
    started = time.monotonic()
    NotebookClient(notebook, timeout=_MOST_SECONDS, resources={"metadata": {"path": path.parent}}).execute()
    printed = "".join(output.get("text", "") for output in notebook.cells[-1].outputs)
    return Lesson(json.loads(printed), time.monotonic() - started)
