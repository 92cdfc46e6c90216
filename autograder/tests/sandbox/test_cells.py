"""What cells put out is capped, each and all together; an exception that a limit is behind says so."""

from __future__ import annotations

import errno
import os
from typing import Any

import pytest
from nbclient.exceptions import CellExecutionComplete
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.sandbox import limits as sentences
from autograder.sandbox.cells import _SIGNS, CellRunner, limit_behind
from autograder.sandbox.limits import Limits
from autograder.sandbox.warm import WarmLauncher
from autograder.tests.notebooks import free, notebook
from autograder.tests.sandbox.kernels import run

LIMITS = Limits(output_bytes=1000, all_output_bytes=2500)


@pytest.fixture
def nb() -> NotebookNode:
    return notebook(*[free("pass", f"cell-{n}") for n in range(4)])


def runner_for(nb: NotebookNode) -> CellRunner:
    """One that is in the middle of a cell."""
    runner = CellRunner(nb, LIMITS, record_timing=False)
    runner.clear_before_next_output = False
    return runner


def message(kind: str, **content: Any) -> dict[str, Any]:
    return {"msg_type": kind, "content": content, "header": {"msg_type": kind}, "parent_header": {"msg_id": "x"}}


def text(size: int) -> dict[str, Any]:
    return message("stream", name="stdout", text="x" * size)


def send(runner: CellRunner, nb: NotebookNode, index: int, *messages: dict[str, Any]) -> str:
    """What the cell shows once these have come in."""
    for each in messages:
        runner.process_message(each, nb.cells[index], index)
    return "".join(output.get("text", "") for output in nb.cells[index].outputs)


def test_what_fits_is_shown(nb: NotebookNode) -> None:
    runner = runner_for(nb)
    assert len(send(runner, nb, 0, text(400), text(400))) == 800
    assert runner.overflowed == set()


def test_a_cell_puts_out_so_much_and_no_more(nb: NotebookNode) -> None:
    runner = runner_for(nb)
    assert len(send(runner, nb, 0, text(400), text(700), text(1))) == 400
    assert runner.overflowed == {0}
    assert not runner.has_said_all
    assert len(send(runner, nb, 1, text(400))) == 400


def test_one_huge_output_is_not_shown_at_all(nb: NotebookNode) -> None:
    runner = runner_for(nb)
    assert send(runner, nb, 0, text(10**7)) == ""
    assert not runner.has_said_all  # it was not kept, so the other cells have as much as before
    assert len(send(runner, nb, 1, text(900))) == 900


def test_all_cells_together_put_out_so_much_and_no_more(nb: NotebookNode) -> None:
    runner = runner_for(nb)
    shown = [len(send(runner, nb, index, text(900))) for index in range(4)]
    assert shown == [900, 900, 0, 0]
    assert runner.overflowed == {2, 3}
    assert runner.has_said_all


@pytest.mark.parametrize(
    "flood",
    [
        message("display_data", data={"image/png": "x" * 10**6}, metadata={}),
        message("execute_result", data={"text/html": "x" * 10**6}, metadata={}, execution_count=1),
        message("error", ename="E", evalue="x" * 10**6, traceback=[]),
        message("comm_open", comm_id="1", target_name="x", data={"state": {"x": "x" * 10**6}}),
        message("update_display_data", data={"text/plain": "x" * 10**6}, metadata={}, transient={"display_id": "1"}),
    ],
    ids=lambda flood: str(flood["msg_type"]),
)
def test_outputs_of_every_kind_count(nb: NotebookNode, flood: dict[str, Any]) -> None:
    runner = runner_for(nb)
    send(runner, nb, 0, flood, text(1))
    assert nb.cells[0].outputs == []
    assert runner.overflowed == {0}
    assert runner.widget_state == {}


def test_the_kernels_state_passes_however_much_was_put_out(nb: NotebookNode) -> None:
    runner = runner_for(nb)
    send(runner, nb, 0, text(10**5))
    with pytest.raises(CellExecutionComplete):
        runner.process_message(message("status", execution_state="idle"), nb.cells[0], 0)


@pytest.mark.parametrize("odd", [{}, {"msg_type": "stream"}, message("stream"), message("odd"), message("status")])
def test_what_is_no_output_is_not_shown(nb: NotebookNode, odd: dict[str, Any]) -> None:
    assert runner_for(nb).process_message(odd, nb.cells[0], 0) is None
    assert nb.cells[0].outputs == []


def failed(ename: str, evalue: str) -> NotebookNode:
    """A cell that ended in an exception."""
    cell = free("pass", "cell")
    cell.outputs = [
        new_output("stream", name="stdout", text="[Errno 28]"),  # type: ignore[no-untyped-call]
        new_output("error", ename=ename, evalue=evalue, traceback=[]),  # type: ignore[no-untyped-call]
    ]
    return cell


@pytest.mark.parametrize("sign", _SIGNS)
def test_every_sign_has_its_sentence(sign: str) -> None:
    sentence = _SIGNS[sign]
    assert limit_behind(failed(sign, "")) == sentence
    assert limit_behind(failed("OSError", f"... {sign} ...")) == sentence
    filled = sentence.format(cell="cell", **Limits().in_words())
    assert filled.startswith("Cell `cell` ")
    assert filled.endswith(".")


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, sentences.OUT_OF_DISK),
        (errno.EDQUOT, sentences.OUT_OF_DISK),
        (errno.EFBIG, sentences.FILE_TOO_LARGE),
        (errno.ENOMEM, sentences.REFUSED_MEMORY),
        (errno.EAGAIN, sentences.REFUSED_PROCESS),
        (errno.EMFILE, sentences.REFUSED_FILES),
    ],
)
def test_signs_are_what_python_says(number: int, sentence: str) -> None:
    error = OSError(number, os.strerror(number), "/tmp/file")
    assert limit_behind(failed(type(error).__name__, str(error))) == sentence


@pytest.mark.parametrize(
    ("ename", "evalue"),
    [("ValueError", "no"), ("FileNotFoundError", "[Errno 2] No such file"), ("OSError", "[Errno 280] unknown")],
)
def test_other_exceptions_are_no_limits(ename: str, evalue: str) -> None:
    assert limit_behind(failed(ename, evalue)) == ""
    assert limit_behind(free("pass", "cell")) == ""


FILL = "f = open('{}', 'wb')\nwhile True: f.write(bytes(2**20)); f.flush()"
THREADS = """\
import threading, time
for _ in range(999): threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
"""
FORKS = """\
import os, time
for _ in range(999):
    if os.fork() == 0: time.sleep(20); os._exit(0)
"""
REAL = {
    "disk": (FILL.format("/tmp/big"), "filled the disk: 8 MB and 2000"),
    "work": (FILL.format("big"), "filled the disk: 8 MB and 2000"),
    "files": ("for n in range(10**4): open(f'/tmp/{n}', 'w').close()", "filled the disk: 8 MB and 2000 files"),
    "file": (FILL.format("/dev/shm/big"), "a file of more than 16 MB"),
    "memory": ("x = bytearray(10**11)", "more memory than the 2 GB"),
    "numpy": ("import numpy\nx = numpy.zeros(10**11)", "more memory than the 2 GB"),
    "torch": ("import torch\nx = torch.zeros(10**11)", "more memory than the 2 GB"),
    "open": ("all = [open('/dev/null') for _ in range(10**4)]", "opened too many files at a time: 200 are"),
    "threads": (THREADS, "could start no more processes or threads: 50 are"),
    "forks": (FORKS, "could start no more processes or threads: 50 are"),
}
SMALL = Limits(
    cell_seconds=20, disk_bytes=8 * 2**20, shared_bytes=64 * 2**20, file_bytes=16 * 2**20, files=2000, tasks=50,
    processes=200, open_files=200, memory_bytes=2 * 2**30,
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize(("code", "words"), REAL.values(), ids=REAL)
def test_a_limit_that_strikes_says_so_and_the_kernel_goes_on(warm: WarmLauncher, code: str, words: str) -> None:
    texts, notices = run(notebook(free(code, "greedy"), free("print('next')", "next")), warm, SMALL)
    assert texts[1] == "next\n"
    assert [words in notice for notice in notices] == [True]


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_left")
def test_a_cell_that_prints_for_ever_is_cut_off_and_stopped(warm: WarmLauncher) -> None:
    flood = "while True: print('x' * 1000)"
    nb = notebook(free(flood, "flood"), free("print('next')", "next"))
    texts, notices = run(nb, warm, Limits(cell_seconds=2, output_bytes=10_000))
    assert len(texts[0]) <= 10_000
    assert texts[1] == "next\n"
    said = " ".join(notices)
    assert "was cut off" in said or "was lost" in said
    assert "`flood` was stopped after 2 s" in said
