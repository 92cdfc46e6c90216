"""`python -m autograder.bench.alone NOTEBOOK`: a notebook's code by itself, five times over in one IPython.

Prints a line of JSON for each time but the first, which imports things: seconds on the clock, and of this process's
own processor time. Graded cells and those tagged `skip-execution` are left out, as in grading. Nothing locks this code
in: it is for notebooks of one's own.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import click
import matplotlib
import nbformat
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from matplotlib_inline.backend_inline import configure_inline_support

from autograder.exercises import is_graded, is_skipped

_TIMES = 5
_INLINE = "module://matplotlib_inline.backend_inline"


def main() -> None:
    """Runs the notebook that the command line names."""
    notebook = nbformat.read(Path(sys.argv[1]), 4)  # type: ignore[no-untyped-call]
    cells = [each for each in notebook.cells if each.cell_type == "code" and not is_graded(each)]
    sources = [each.source for each in cells if not is_skipped(each)]
    shell: Any = InteractiveShell.instance()
    matplotlib.use(_INLINE)
    configure_inline_support(shell, _INLINE)  # type: ignore[no-untyped-call]
    found = [_once(shell, sources) for _ in range(_TIMES)]
    click.echo("\n".join(map(json.dumps, found[1:])))


def _once(shell: Any, sources: list[str]) -> dict[str, float]:
    shell.reset(new_session=False)
    wall, busy = time.perf_counter(), time.process_time()
    for source in sources:
        with capture_output():
            shell.run_cell(source, store_history=False)
    return {"wall": time.perf_counter() - wall, "busy": time.process_time() - busy}


if __name__ == "__main__":
    main()
