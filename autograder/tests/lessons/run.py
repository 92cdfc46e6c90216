"""Runs notebooks as a student does: whole, without a lock, in a kernel of their own."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).parents[3]
_MOST_SECONDS = 300  #: what one cell may take on a busy machine


def read_lesson(room: str, name: str) -> NotebookNode:
    """The notebook in `source/` or `release/`."""
    return nbformat.read(ROOT / room / name / f"{name}.ipynb", as_version=4)  # type: ignore[no-any-return,no-untyped-call]


def execute(notebook: NotebookNode, folder: Path) -> None:
    """Runs all cells, those tagged `skip-execution` too; raises where a cell raises."""
    folder_of = {"metadata": {"path": folder}}
    NotebookClient(notebook, timeout=_MOST_SECONDS, resources=folder_of, skip_cells_with_tag="").execute()


def printed_by(cell: NotebookNode) -> str:
    """What an executed cell wrote to standard output and standard error."""
    return "".join(output.get("text", "") for output in cell.outputs)
