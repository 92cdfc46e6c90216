"""Cells are run to their end, stopped in time, or known to have taken the kernel along; limits say so."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Sequence
from typing import Any, cast

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.sandbox import cells
from autograder.sandbox import limits as sentences
from autograder.sandbox.cells import _SIGNS, CellRunner, KernelDied, limit_behind
from autograder.sandbox.channels import Line, Message
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import Process
from autograder.sandbox.warm import WarmLauncher
from autograder.tests.notebooks import free, notebook
from autograder.tests.sandbox.kernels import run


class Kernel:
    """A line to a kernel that says what a test wants, and the process behind it."""

    def __init__(self, *messages: Message, after_interrupt: Sequence[Message] = (), lives: bool = True) -> None:
        self._messages, self._after, self._lives = [*messages], [*after_interrupt], lives
        self.asked: list[str] = []
        self.interrupts = 0

    def execute(self, code: str) -> str:
        self.asked.append(code)
        return "request"

    async def receive(self, seconds: float) -> Message | None:
        if self._messages:
            return self._messages.pop(0)
        await asyncio.sleep(seconds)
        return None

    def poll(self) -> int | None:
        return None if self._lives else 1

    def interrupt(self) -> None:
        self.interrupts += 1
        self._messages += self._after


def message(kind: str, parent: str = "request", **content: Any) -> Message:
    return Message("iopub", kind, parent, content, 10)


REPLY = Message("shell", "execute_reply", "request", {"status": "ok"}, 10)
IDLE = message("status", execution_state="idle")
BUSY = message("status", execution_state="busy")


def said(words: str, parent: str = "request") -> Message:
    return message("stream", parent, name="stdout", text=words)


def followed(kernel: Kernel, code: str = "pass") -> tuple[str, CellRunner]:
    """What a cell printed whose kernel said this, and who ran it."""
    nb = notebook(free(code, "cell"))
    runner = CellRunner(nb, Limits(), cast("Line", kernel), cast("Process", kernel))
    asyncio.run(runner.execute(0, 0.05))
    return "".join(output.text for output in nb.cells[0].outputs), runner


@pytest.mark.parametrize(
    "last", [(REPLY, said("b"), IDLE), (said("b"), IDLE, REPLY)], ids=["reply first", "idle first"]
)
def test_a_cell_ends_when_the_kernel_has_replied_and_is_idle(last: Sequence[Message]) -> None:
    text, runner = followed(Kernel(BUSY, said("a"), *last, said("of the next cell")))
    assert text == "ab"
    assert runner.saw_the_end_of(0)
    assert runner.timed_out == set()


def test_what_belongs_to_other_requests_is_not_the_cells() -> None:
    idle = message("status", "other", execution_state="idle")
    reply = Message("shell", "execute_reply", "other", {}, 10)
    text, _ = followed(Kernel(said("old", "other"), idle, reply, said("new"), REPLY, IDLE))
    assert text == "new"


def test_a_cell_that_takes_too_long_is_interrupted_and_what_it_says_then_is_shown() -> None:
    kernel = Kernel(said("a"), after_interrupt=[said("b"), REPLY, IDLE])
    text, runner = followed(kernel)
    assert (text, kernel.interrupts, runner.timed_out) == ("ab", 1, {0})
    assert runner.saw_the_end_of(0)


def test_an_end_that_is_never_told_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "_LAST_SECONDS", 0.05)
    for kernel in (Kernel(said("a"), REPLY), Kernel(said("a"))):
        text, runner = followed(kernel)
        assert text == "a"
        assert not runner.saw_the_end_of(0)


def test_a_kernel_that_died_is_known_to_have_and_its_last_words_are_kept() -> None:
    nb = notebook(free("pass", "cell"))
    kernel = Kernel(said("last words"), lives=False)
    with pytest.raises(KernelDied):
        asyncio.run(CellRunner(nb, Limits(), cast("Line", kernel), cast("Process", kernel)).execute(0, 5.0))
    assert nb.cells[0].outputs[0].text == "last words"


def test_a_blank_cell_is_not_run() -> None:
    kernel = Kernel()
    _, runner = followed(kernel, " \n")
    assert kernel.asked == []
    assert runner.saw_the_end_of(0)


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
