"""A pytest plugin on top of nbval: runs the notebooks of `source/`, and holds them to what is promised of them.

`make notebooks` loads it (`pytest -p autograder.tests.lessons.validation …`). nbval runs the cells of a notebook in
one kernel and compares what cells marked `# NBVAL_CHECK_OUTPUT` print with what is stored. Here is added:

- cells tagged `skip-execution` (long training) are left out, but for `--whole`; then what was measured has to keep
  the lesson's claims (claims.py), as one more item behind its last cell;
- a cell that draws has to put out a picture, and not a blank one;
- budgets: 60 s for a cell, 5 min for a notebook, on a laptop with 2 cores;
- what took how long is printed at the end;
- `--store` writes what marked cells print into the notebooks, instead of comparing it, and clears all other outputs.

**What counts as a cell's time** is the shorter one of the time on the clock and the kernel's processor time. On a quiet
machine that is the clock, since torch may use both cores. On a busy one (CI runs two notebooks side by side) the clock
also counts the time that others took, and the processor time does not. Neither sees a cell that only waits, or a kernel
that died: after five minutes on the clock nbval stops it, and what comes behind it is left out.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from autograder.tests.lessons.pictures import drawing_cells, is_blank, pictures_in
from autograder.tests.lessons.timings import timings

pytest.register_assert_rewrite("autograder.tests.lessons.claims")

CELL_SECONDS = 60
NOTEBOOK_SECONDS = 300
LONG = "skip-execution"
_LAPTOP = "on a laptop with 2 cores"
_ASK = 'import json; print(json.dumps(globals().get("measured", {})))'


class CellFault(Exception):
    """A cell that runs, and still is not as it should be; its sentence names notebook and cell."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The two options of ours."""
    group = parser.getgroup("notebooks")
    group.addoption("--whole", action="store_true", help="run cells tagged skip-execution, too, and test the claims")
    group.addoption("--store", action="store_true", help="store what cells with # NBVAL_CHECK_OUTPUT print")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Generator[None, list[Any], list[Any]]:
    """Has our class in the place of nbval's."""
    collectors = yield
    return [Notebook.from_parent(parent, path=file_path) if isinstance(c, IPyNbFile) else c for c in collectors]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What took how long."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    for line in timings(report for report in reports if getattr(report, "when", "") == "call"):
        terminalreporter.write_line(line)


class Notebook(IPyNbFile):
    """A notebook and its kernel.

    Attributes:
        seconds: what its cells took so far.
        drawing: the ids of the cells that draw.
    """

    seconds = 0.0

    def collect(self) -> Iterator[pytest.Item]:
        """Its code cells, under their ids, and its claims."""
        from autograder.tests.lessons.claims import CLAIMS  # after assertions in it are known to be explained

        whole = self.config.option.whole
        items = list(super().collect())
        if self.config.option.store:
            _clear(self.nb)
        self.drawing = drawing_cells(item.cell for item in items)
        for item in items:
            if whole or LONG not in item.cell.metadata.get("tags", []):
                yield self._item(Cell, item.cell.id, item.cell_num, item.cell, item.options)
        if whole and self.path.stem in CLAIMS:
            question = nbformat.v4.new_code_cell(_ASK)  # type: ignore[no-untyped-call]
            yield self._item(Claims, "what-it-claims", len(items), question, {"check": False, "skip": False})

    def _item(self, kind: type[IPyNbCell], name: str, number: int, cell: Any, options: dict[str, Any]) -> pytest.Item:
        item: pytest.Item = kind.from_parent(self, name=name, cell_num=number, cell=cell, options=options)
        return item

    def processor_seconds(self) -> float:
        """What the kernel has used of the processor, on all cores; infinite when there is none any more."""
        if not self.kernel.is_alive():
            return math.inf
        return float(sum(psutil.Process(self.kernel.km.provisioner.pid).cpu_times()[:4]))

    def teardown(self) -> None:
        """Ends the kernel; with `--store` writes the notebook."""
        super().teardown()
        if self.config.option.store:
            nbformat.write(self.nb, self.path)  # type: ignore[no-untyped-call]


def _clear(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


class Cell(IPyNbCell):
    """A cell, run and looked at."""

    def setup(self) -> None:
        """Nothing can be said of a cell behind one that had to be stopped."""
        if self.parent.timed_out:
            pytest.skip("a cell before it was stopped")

    def runtest(self) -> None:
        """Runs the cell.

        Raises:
            NbCellError: it raises, or prints something else than what is stored.
            CellFault: it draws nothing, or exceeds a budget.
        """
        with self._timed():
            if self.config.option.store:
                self._stored()
            else:
                super().runtest()
        self._drawn()
        self._in_budget()

    @contextmanager
    def _timed(self) -> Iterator[None]:
        started, used = time.monotonic(), self.parent.processor_seconds()
        try:
            yield
        finally:
            clock, processor = time.monotonic() - started, self.parent.processor_seconds() - used
            self.seconds = min(clock, processor)
            self.parent.seconds += self.seconds
            self.user_properties += [("clock", clock), ("processor", processor)]

    def _stored(self) -> None:
        """Keeps text alone: a marked cell that draws is refused when it is compared."""
        marked, self.options["check"] = self.options["check"], False
        super().runtest()
        if marked:
            self.cell.outputs = [output for output in self.test_outputs if output.output_type == "stream"]
            self.cell.execution_count = 1  # nbval takes a cell without a count for one that was never run

    def _drawn(self) -> None:
        pictures = pictures_in(self.test_outputs)
        if self.cell.id in self.parent.drawing and not pictures:
            raise CellFault(f"{self._where}: it draws, but puts out no picture.")
        if any(map(is_blank, pictures)):
            raise CellFault(f"{self._where}: a picture is blank.")

    def _in_budget(self) -> None:
        total, before = self.parent.seconds, self.parent.seconds - self.seconds
        if self.seconds > CELL_SECONDS:
            raise CellFault(f"{self._where}: it took {self.seconds:.0f} s; a cell has {CELL_SECONDS} s {_LAPTOP}.")
        if total > NOTEBOOK_SECONDS >= before:
            raise CellFault(
                f"{self._where}: up to here the notebook took {total:.0f} s; it has {NOTEBOOK_SECONDS} s {_LAPTOP}."
            )

    @property
    def _where(self) -> str:
        return f"{self.path.name}, cell {self.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:
        """A sentence that names notebook and cell, and nbval's comparison or the cell's traceback."""
        error = excinfo.value
        if isinstance(error, NbCellError):
            return f"{self._where}: {str(error).rstrip('.')}.\n{error.inner_traceback or ''}"
        return str(error) if isinstance(error, CellFault) else pytest.Item.repr_failure(self, excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """What it is called in the summary."""
        return self.path, 0, f"{self.path.stem}: {self.name}"


class Claims(Cell):
    """What the lesson measured, held against what it says."""

    def runtest(self) -> None:
        """Asks the kernel for `measured`.

        Raises:
            AssertionError: a claim does not hold.
        """
        from autograder.tests.lessons.claims import CLAIMS

        IPyNbCell.runtest(self)
        CLAIMS[self.path.stem](json.loads(self.test_outputs[0].text))
