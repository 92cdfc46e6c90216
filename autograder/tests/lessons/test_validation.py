"""What `make notebooks` does not let pass: each fault fails at its cell, by a sentence that names notebook and cell."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import nbformat
import numpy as np
import pytest
from matplotlib.image import imsave

from autograder.tests.lessons.pictures import drawing_cells, is_blank
from autograder.tests.lessons.run import ROOT
from autograder.tests.notebooks import free, given, notebook, write_notebook

#: Budgets that a test has the time to exceed.
_SHORT = (
    "from autograder.tests.lessons import validation\nvalidation.CELL_SECONDS, validation.NOTEBOOK_SECONDS = 1, 2\n"
)
_WORK = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end:\n    pass"
_BLANK = "plt.axes().set_axis_off()\nplt.show()"


def validate(path: Path, *options: str) -> str:
    """What a run over the notebook prints in the end; a first word tells how each cell fared."""
    (path.parent / "short.py").write_text(_SHORT)
    command = [sys.executable, "-m", "pytest", "-p", "autograder.tests.lessons.validation", "-p", "short", *options]
    settings = ["--nbval-lax", "--nbval-current-env", "--timeout", "0", "-rA", "-c", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*command, *settings, "--rootdir", str(path.parent), str(path)],
        cwd=path.parent,
        env={"PYTHONPATH": f"{path.parent}:{ROOT}", "PATH": "/usr/bin:/bin", "HOME": str(path.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def failed(output: str) -> set[str]:
    """The ids of the cells that failed."""
    return set(re.findall(r"^FAILED \S+::(\S+)", output, re.MULTILINE))


def reproduced(cell_id: str, source: str, stored: str) -> nbformat.NotebookNode:
    """A cell with a stored output."""
    cell = free(f"{source}\n# NBVAL_CHECK_OUTPUT", cell_id)
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=stored)]  # type: ignore[no-untyped-call]
    cell.execution_count = 1
    return cell


@pytest.mark.slow
def test_each_fault_fails_at_its_cell(tmp_path: Path) -> None:
    cells = [
        given("setup", "import matplotlib.pyplot as plt"),
        reproduced("same", "print(1)", "1\n"),
        reproduced("other", "print(2)", "1\n"),
        free("plt.plot([1, 2])\nplt.show()", "drawn"),
        free("def draw(): plt.close('all')\n\ndraw()", "not-drawn"),
        free(_BLANK, "blank"),
        free("1 / 0", "raises"),
        free("import time\ntime.sleep(1.2)", "waits"),
        given("long", "1 / 0", skip=True),
    ]
    output = validate(write_notebook(tmp_path / "little.ipynb", notebook(*cells)))
    assert failed(output) == {"other", "not-drawn", "blank", "raises"}
    for sentence in (
        "little.ipynb, cell not-drawn: it draws, but puts out no picture.",
        "little.ipynb, cell blank: a picture is blank.",
        "little.ipynb, cell raises: Cell execution caused an exception",
        "ZeroDivisionError",
        "little.ipynb, cell other: Cell outputs differ",
        "slowest cells",
    ):
        assert sentence in output
    assert "::long" not in output


@pytest.mark.slow
def test_budgets_are_of_a_cell_and_of_the_notebook(tmp_path: Path) -> None:
    cells = [free(_WORK.format(seconds), name) for name, seconds in (("slow", 1.3), ("quick", 0.6), ("last", 0.6))]
    output = validate(write_notebook(tmp_path / "little.ipynb", notebook(*cells)))
    assert failed(output) == {"slow", "last"}
    assert "little.ipynb, cell slow: it took 1 s; a cell has 1 s on a laptop with 2 cores." in output
    assert "little.ipynb, cell last: up to here the notebook took" in output


@pytest.mark.slow
def test_a_claim_that_does_not_hold_fails_the_whole_run(tmp_path: Path) -> None:
    claimed = notebook(free("measured = {'attentive, held out at random': 0.5}", "training"))
    path = write_notebook(tmp_path / "seq2seq.ipynb", claimed)
    output = validate(path, "--whole")
    assert failed(output) == {"what-it-claims"}
    assert "assert 0.5 > 0.95" in output
    assert failed(validate(path)) == set()


@pytest.mark.slow
def test_what_is_reproduced_is_stored_and_nothing_else(tmp_path: Path) -> None:
    path = write_notebook(
        tmp_path / "little.ipynb", notebook(reproduced("new", "print(2)", ""), free("print(3)", "no"))
    )
    assert failed(validate(path, "--store")) == set()
    new, other = nbformat.read(path, as_version=4).cells  # type: ignore[no-untyped-call]
    assert (new.outputs[0].text, new.execution_count) == ("2\n", 1)
    assert (other.outputs, other.execution_count) == ([], None)
    assert failed(validate(path)) == set()


def test_a_cell_draws_by_itself_or_by_a_function() -> None:
    cells = [
        free("import matplotlib.pyplot as plt\n\ndef picture():\n    plt.plot([1])", "defines"),
        free("def both():\n    picture()", "defines-more"),
        free("both()", "calls"),
        free("for _ in range(2):\n    plt.show()", "shows"),
        free("print('plt.show()')", "prints"),
    ]
    assert drawing_cells(cells) == {"calls", "shows"}


@pytest.mark.parametrize("blank", [True, False])
def test_a_picture_of_one_colour_is_blank(blank: bool) -> None:
    pixels = np.ones((4, 5, 3))
    pixels[2, 2] = 1 if blank else 0
    file = BytesIO()
    imsave(file, pixels, format="png")
    assert is_blank(base64.b64encode(file.getvalue()).decode()) is blank
