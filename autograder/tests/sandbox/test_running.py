"""What students see of cells in real kernels: all of what was put out, in order, and nothing lost at the end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress

import pytest
from nbformat import NotebookNode

from autograder.sandbox.cells import KernelGone
from autograder.sandbox.limits import Limits
from autograder.sandbox.warm import WarmLauncher
from autograder.tests.notebooks import free, notebook
from autograder.tests.sandbox.kernels import run

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("nothing_left")]


def ran(warm: WarmLauncher, *codes: str, limits: Limits | None = None) -> tuple[list[NotebookNode], list[str]]:
    """The cells after they were run, and the notices."""
    nb = notebook(*[free(code, f"cell-{number}") for number, code in enumerate(codes)])
    _, notices = run(nb, warm, limits)
    return nb.cells, notices


def shown(outputs: Sequence[NotebookNode]) -> list[str]:
    return [each.get("text") or each.get("ename") or each.data["text/plain"] for each in outputs]


def test_outputs_stand_in_the_order_in_which_they_came(warm: WarmLauncher) -> None:
    code = "import sys\nprint('a')\nprint('b', file=sys.stderr, flush=True)\ndisplay('c')\nprint('d')\n'e'"
    (cell,), _ = ran(warm, code)
    assert sorted(shown(cell.outputs[:2])) == ["a\n", "b\n"]
    assert shown(cell.outputs[2:]) == ["'c'", "d\n", "'e'"]


def test_what_is_printed_slowly_is_one_output(warm: WarmLauncher) -> None:
    (cell,), _ = ran(warm, "import time\nfor n in range(3):\n    print(n, flush=True); time.sleep(0.3)")
    assert shown(cell.outputs) == ["0\n1\n2\n"]


def test_nothing_is_lost_between_many_cells(warm: WarmLauncher) -> None:
    cells, _ = ran(warm, *[f"print({n})\n{n} + 0.5" for n in range(40)])
    assert [shown(cell.outputs) for cell in cells] == [[f"{n}\n", f"{n}.5"] for n in range(40)]
    assert [cell.execution_count for cell in cells] == [*range(1, 41)]


PAST_PYTHON = {
    "a subprocess": "import subprocess; subprocess.run(['echo', 'past'])",
    "a descriptor": "import os; os.write(1, b'past\\n')",
    "C": "import ctypes; c = ctypes.CDLL(None); c.puts(b'past'); c.fflush(None)",
}


@pytest.mark.parametrize("code", PAST_PYTHON.values(), ids=PAST_PYTHON)
def test_what_is_written_past_python_stands_below_its_own_cell(warm: WarmLauncher, code: str) -> None:
    cells, _ = ran(warm, *[f"{code};", "print('next')"] * 5)
    assert ["".join(shown(cell.outputs)) for cell in cells[::2]] == ["past\n"] * 5
    assert [shown(cell.outputs) for cell in cells[1::2]] == [["next\n"]] * 5


def test_threads_print_below_the_cell_that_started_them(warm: WarmLauncher) -> None:
    code = "import threading\nt = threading.Thread(target=print, args=('from a thread',)); t.start(); t.join()"
    (cell,), _ = ran(warm, code)
    assert shown(cell.outputs) == ["from a thread\n"]


def test_a_display_is_updated_where_it_stands(warm: WarmLauncher) -> None:
    first, second = "handle = display('old', display_id=True)", "handle.update('new')\nprint('below')"
    (one, other), _ = ran(warm, first, second)
    assert [shown(one.outputs), shown(other.outputs)] == [["'new'"], ["below\n"]]


def test_a_progress_bar_that_clears_its_output_shows_its_last_state(warm: WarmLauncher) -> None:
    code = "from IPython.display import clear_output\nfor n in range(5):\n    clear_output(wait=True); print(n)"
    (cell,), _ = ran(warm, code)
    assert shown(cell.outputs) == ["4\n"]


def test_nobody_answers_a_question_and_the_cell_says_so_at_once(warm: WarmLauncher) -> None:
    (asked, after), notices = ran(warm, "input('who?')", "print('after')")
    assert shown(asked.outputs) == ["StdinNotImplementedError"]
    assert shown(after.outputs) == ["after\n"]
    assert notices == []


def test_a_cell_may_await(warm: WarmLauncher) -> None:
    (cell,), _ = ran(warm, "import asyncio\nawait asyncio.sleep(0.01)\nprint('awaited')")
    assert shown(cell.outputs) == ["awaited\n"]


def test_a_cell_that_awaits_too_long_is_interrupted(warm: WarmLauncher) -> None:
    (cell, after), notices = ran(
        warm, "import asyncio\nprint('begun')\nawait asyncio.sleep(60)", "print('after')", limits=Limits(cell_seconds=1)
    )
    assert shown(cell.outputs)[0] == "begun\n"
    assert shown(after.outputs) == ["after\n"]
    assert "`cell-0` was stopped after 1 s" in notices[0]


def test_an_error_is_shown_once_and_its_words_can_be_had_again(warm: WarmLauncher) -> None:
    (cell, after), _ = ran(warm, "1 / 0", "get_ipython().history_manager.exceptions[1]['ename']")
    assert shown(cell.outputs) == ["ZeroDivisionError"]
    assert "division by zero" in cell.outputs[0].traceback[-1]
    assert shown(after.outputs) == ["'ZeroDivisionError'"]


def test_what_a_killed_kernel_had_said_before_is_kept(warm: WarmLauncher) -> None:
    nb = notebook(free("print('first')", "first"), free("import os; os.kill(os.getpid(), 9)", "last"))
    with pytest.raises(Exception, match="ended the kernel"):
        run(nb, warm)
    assert shown(nb.cells[0].outputs) == ["first\n"]


#: What takes longer to see through than to send, for ever.
FLOOD = """
line = get_ipython().kernel.iopub_thread.socket
while True: line.send_multipart([b"<IDS|MSG>", b"", b"[" + b"[]," * 300_000 + b"0]", b"[]", b"{}", b"{}"])
"""
#: Says, signed, that the cell has come to its end, which it has not.
EARLY = """
import time
kernel = get_ipython().kernel
parent, who = kernel.get_parent("shell"), kernel._shell_parent_ident.get()
kernel.session.send(kernel.shell_stream or kernel.shell_socket, "execute_reply", {"status": "ok"}, parent, ident=who)
kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent)
time.sleep(0.5)
print("late")
"""


def test_a_flood_of_what_is_no_message_ends_when_the_cells_time_is_over(warm: WarmLauncher) -> None:
    started = time.monotonic()
    with suppress(KernelGone):  # what still waits to be read may be more than there is time for
        _, notices = ran(warm, FLOOD, limits=Limits(cell_seconds=2))
        assert "`cell-0` was stopped after 2 s" in notices[0]
    assert time.monotonic() - started < 60  # it took seconds, or had no end


def test_a_cell_that_says_it_has_ended_puts_nothing_into_the_next_one(warm: WarmLauncher) -> None:
    cells, notices = ran(warm, EARLY, "print('next')", "print('after')")
    assert [shown(cell.outputs) for cell in cells[1:]] == [["next\n"], ["after\n"]]
    assert notices == []


CUT_OFF = {
    "its standard descriptors": "import os; os.close(1); os.close(2)",
    "its channel for outputs": "get_ipython().kernel.iopub_thread.socket.close()",
    "everything": "import os; os.closerange(0, 1000)",
    "its way to read questions": "get_ipython().kernel.shell_socket.close()",
}


@pytest.mark.parametrize("code", CUT_OFF.values(), ids=CUT_OFF)
def test_a_kernel_that_cuts_itself_off_ends_or_goes_on_and_in_time(warm: WarmLauncher, code: str) -> None:
    started = time.monotonic()
    with suppress(KernelGone):
        ran(warm, code, "print('after')", limits=Limits(cell_seconds=2))
    assert time.monotonic() - started < 60
