"""Real kernels in the lock: what they inherit, where they listen, and what happens when they misbehave."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat import NotebookNode

from autograder.errors import KernelError
from autograder.sandbox import kernel as kernels
from autograder.sandbox.cells import KernelGone
from autograder.sandbox.kernel import Kernel
from autograder.sandbox.limits import Limits
from autograder.sandbox.plain import PlainLauncher
from autograder.sandbox.slot import Slot
from autograder.sandbox.warm import LockRefused, WarmLauncher
from autograder.tests.notebooks import free, notebook
from autograder.tests.sandbox.gaps import gap
from autograder.tests.sandbox.inside import gone, lean_launcher, own_files, until
from autograder.tests.sandbox.kernels import run, started

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("nothing_left")]


def test_secrets_of_the_grader_do_not_reach_the_kernel(warm: WarmLauncher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_TOKEN", "hunter2")
    look = "import os\nprint(sorted(os.environ))\nprint(open('/proc/self/environ').read())"
    (text,), notices = run(notebook(free(look, "look")), warm)
    assert "hunter2" not in text
    assert "GRADER_TOKEN" not in text
    assert "AANDACHT" not in text
    assert notices == []


def test_nothing_of_the_grader_can_be_imported_beside_student_code(warm: WarmLauncher) -> None:
    look = (
        "import sys\nprint([name for name in sys.modules if name.startswith('autograder')])\n"
        "try: import autograder.sandbox\nexcept ModuleNotFoundError as error: print(error)"
    )
    (text,), _ = run(notebook(free(look, "look")), warm)
    assert text == "[]\nNo module named 'autograder'\n"


PORTS = """\
import pathlib
ports = [line for name in ("tcp", "tcp6", "udp", "udp6") if pathlib.Path("/proc/net", name).exists()
         for line in pathlib.Path("/proc/net", name).read_text().splitlines()[1:]]
print(len(ports))
"""


def test_a_kernel_has_no_port_and_its_channels_lie_out_of_sight(warm: WarmLauncher) -> None:
    async def story() -> None:
        nb = notebook(free(PORTS, "ports"), free("import os; print(os.listdir('/tmp'), os.getcwd())", "look"))
        async with started(nb, warm) as kernel:
            info = kernel._provisioner.connection_info
            await kernel.execute(0)
            await kernel.execute(1)
            own = [line for each in kernel.process.family() for line in each.net_connections("inet")]
        assert nb.cells[0].outputs[0].text == "0\n"
        assert own == []
        assert info["transport"] == "ipc"
        assert Path(str(info["ip"])).name == "k"
        assert str(Path(str(info["ip"])).parent.name) not in nb.cells[1].outputs[0].text

    asyncio.run(story())


def test_what_forked_children_print_is_shown(warm: WarmLauncher) -> None:
    code = "import os, time\nif os.fork() == 0:\n    print('from a child', flush=True); os._exit(0)\nos.wait()"
    nb = notebook(free(code + "\ntime.sleep(0.3)", "fork"), free("!echo a shell", "shell"))
    texts, notices = run(nb, warm)
    assert "from a child\n" in texts[0]
    assert texts[1].replace("\r", "") == "a shell\n"
    assert notices == []


def test_a_notebooks_time_is_its_own_and_not_that_of_checks(warm: WarmLauncher) -> None:
    async def story() -> list[str]:
        nb = notebook(free("pass", "first"), free("print('second')", "second"))
        async with started(nb, warm, Limits(submission_seconds=2)) as kernel:
            await kernel.execute(0)
            await asyncio.sleep(2.5)  # the judge is at work
            await kernel.execute(1)
        assert nb.cells[1].outputs[0].text == "second\n"
        return kernel.notices

    assert asyncio.run(story()) == []


def test_a_notebook_that_used_up_its_time_is_not_run_further(warm: WarmLauncher) -> None:
    cells = [free(f"import time; time.sleep(0.7); print({n})", f"c{n}") for n in range(4)]
    texts, notices = run(notebook(*cells), warm, Limits(cell_seconds=5, submission_seconds=1))
    assert texts[3] == ""
    assert "Cell `c3` was not run" in notices[-1]


def test_a_cell_that_takes_too_long_is_interrupted_and_the_next_one_runs(warm: WarmLauncher) -> None:
    nb = notebook(free("while True: pass", "loop"), free("print('next')", "next"))
    texts, notices = run(nb, warm, Limits(cell_seconds=1))
    assert texts[1] == "next\n"
    assert notices == ["Cell `loop` was stopped after 1 s: is there a loop that never ends?"]


def test_a_cell_that_cannot_be_interrupted_ends_the_kernel(warm: WarmLauncher) -> None:
    deaf = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    started_at = time.monotonic()
    with pytest.raises(KernelGone) as caught:
        run(notebook(free(deaf, "deaf")), warm, Limits(cell_seconds=1))
    assert "`deaf` was stopped after 1 s" in caught.value.sentence
    assert time.monotonic() - started_at < 15


GARBAGE = """\
import json, zmq
from jupyter_client.session import Session
session, socket = get_ipython().kernel.session, get_ipython().kernel.iopub_thread.socket
parent = get_ipython().kernel.get_parent()
odd = [
    ("display_data", {}), ("display_data", {"data": 7, "metadata": {}}),
    ("stream", {"name": 3}), ("stream", {"name": "odd", "text": 3}), ("stream", {"name": "stdout", "text": ["a"]}),
    ("execute_input", {"execution_count": "many"}), ("execute_result", {"data": 7}),
    ("status", {}), ("status", {"execution_state": []}),
    ("comm_open", {}), ("comm_msg", {"data": 3, "comm_id": []}),
    ("error", {}), ("update_display_data", {}), ("clear_output", {}), ("odd", {}),
]
for kind, content in odd:
    session.send(get_ipython().kernel.iopub_socket, kind, content=content, parent=parent)
session.send(get_ipython().kernel.iopub_socket, "stream", content=[1], parent=parent)
session.send(get_ipython().kernel.iopub_socket, "stream", content={}, parent={"header": [1]})
get_ipython().kernel.iopub_socket.send_multipart([b"<IDS|MSG>", b"no signature", b"{}", b"{}", b"{}", b"{}"])
get_ipython().kernel.iopub_socket.send_multipart([b"nothing"])
"""


def test_messages_that_are_none_stop_nothing(warm: WarmLauncher) -> None:
    nb = notebook(free(GARBAGE, "garbage"), free("print('after')", "after"))
    texts, _ = run(nb, warm)
    assert texts == ["", "after\n"]
    nbformat.validate(nb)


def test_widgets_cannot_fill_the_graders_memory(warm: WarmLauncher) -> None:
    flood = (
        "kernel = get_ipython().kernel\nfor n in range(100):\n    kernel.session.send(kernel.iopub_socket, 'comm_open',"
        " content={'comm_id': str(n), 'target_name': 'x', 'data': {'state': {'x': 'x' * 2_000_000}}},"
        " parent=kernel.get_parent())"
    )
    before = psutil.Process().memory_info().rss
    started_at = time.monotonic()
    run(notebook(free(flood, "flood")), warm, Limits(cell_seconds=20))
    assert psutil.Process().memory_info().rss - before < 100 * 2**20
    assert time.monotonic() - started_at < 40


ENDS = {
    "a signal to itself": "import os; os.kill(os.getpid(), 9)",
    "an exit": "import os; os._exit(0)",
    "a crash": "import ctypes; ctypes.string_at(0)",
}


@pytest.mark.parametrize("code", ENDS.values(), ids=ENDS)
def test_a_killed_kernel_is_gone_with_a_sentence(warm: WarmLauncher, code: str) -> None:
    with pytest.raises(KernelGone) as caught:
        run(notebook(free(code, "suicide")), warm)
    assert "`suicide` ended the kernel" in caught.value.sentence


def test_a_kernel_that_used_up_its_processor_time_is_told_so(warm: WarmLauncher) -> None:
    with pytest.raises(KernelGone) as caught:
        run(notebook(free("while True: pass", "busy")), warm, Limits(processor_seconds=2, cell_seconds=20))
    assert "`busy` was stopped: your notebook had used 2 s of processor time" in caught.value.sentence


def test_a_kernel_that_grew_too_large_is_told_so(warm: WarmLauncher) -> None:
    grow = "import mmap, time\nx = mmap.mmap(-1, 2**30)\nfor _ in range(2**10): x.write(bytes(2**20))\ntime.sleep(9)"
    with pytest.raises(KernelGone) as caught:
        run(notebook(free(grow, "grow")), warm, Limits(memory_bytes=800 * 2**20, cell_seconds=20))
    assert "`grow` was stopped: your notebook used more than 0.78125 GB of memory" in caught.value.sentence


def test_of_the_processes_of_a_notebook_there_are_only_so_many(warm: WarmLauncher) -> None:
    breed = "import os, time\nfor _ in range(20):\n    if os.fork() == 0: time.sleep(60)\ntime.sleep(9)"
    with pytest.raises(KernelGone) as caught:
        run(notebook(free(breed, "breed")), warm, Limits(processes=10, cell_seconds=20))
    assert "ran more than 10 processes at a time" in caught.value.sentence


def test_a_snapshot_outlives_the_kernel_and_nothing_else_does(warm: WarmLauncher) -> None:
    daemon = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    while True: time.sleep(60)"
    nb = notebook(free("x = 1", "first"), free(daemon, "daemon"), free("x = 2", "last"))

    async def story() -> None:
        async with started(nb, warm) as kernel:
            await kernel.execute(0)
            snapshot = await kernel.snapshot()
            await kernel.execute(1)
            await kernel.execute(2)
            assert snapshot.pid > 0
            assert not snapshot.has_fallen
            family = {each.pid for each in kernel.process.family()}
            assert {kernel.process.pid, snapshot.pid} < family
            await kernel.finish()
            assert {each.pid for each in kernel.process.family()} == {snapshot.pid}
            assert not snapshot.has_fallen
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(str(snapshot.path))  # it answers: the checks may come
        assert gone(list(family))

    asyncio.run(story())


def test_a_cell_that_ends_snapshots_is_left_out(warm: WarmLauncher) -> None:
    kill = "import os, signal\nfor p in os.listdir('/proc'):\n    if p.isdigit() and int(p) not in (1, os.getpid()):\n"
    kill += "        os.kill(int(p), signal.SIGKILL)"
    nb = notebook(free("pass", "first"), free(kill, "murder"))

    async def story() -> None:
        async with started(nb, warm) as kernel:
            await kernel.execute(0)
            await kernel.snapshot()
            await kernel.execute(1)

    with pytest.raises(KernelGone) as caught:
        asyncio.run(story())
    assert "`murder` ended processes that the grader needs" in caught.value.sentence


def test_a_kernel_that_refuses_gives_a_snapshot_that_does_not_stand(warm: WarmLauncher) -> None:
    refuse = "import os\nos.fork = None\nget_ipython().kernel.requests.close()"

    async def story() -> None:
        nb = notebook(free(refuse, "refuse"))
        async with started(nb, warm) as kernel:
            await kernel.execute(0)
            snapshot = await kernel.snapshot()
            assert snapshot.pid == 0
            await kernel.finish()
            assert until(lambda: kernel.process.family() == [])

    asyncio.run(story())


def test_nothing_stays_open_after_five_kernels(warm: WarmLauncher) -> None:
    async def once() -> None:
        nb = notebook(free("print(1)", "one"))
        async with started(nb, warm) as kernel:
            await kernel.execute(0)
            await kernel.snapshot()
            await kernel.finish()

    asyncio.run(once())
    before = own_files()
    for _ in range(5):
        asyncio.run(once())
    assert own_files() == before


def test_without_a_lock() -> None:
    nb = notebook(free("import sys; print(sys.flags.safe_path)", "plain"))
    assert run(nb, PlainLauncher()) == (["True\n"], [])


def test_a_kernel_that_cannot_be_locked_in_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.sandbox.warm._zygote_environment", lambda: {"REFUSED": "mount"})
    with lean_launcher(gap("permission")) as launcher, pytest.raises(LockRefused, match="mount"):
        run(notebook(free("print(1)", "one")), launcher)


def test_a_kernel_that_never_answers_is_an_error(lean: WarmLauncher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "_STARTUP_SECONDS", 0.5)
    nb = notebook(free("print(1)", "one"))

    async def story(entry: str) -> None:
        with Slot(Limits()) as slot:
            kernel = Kernel(nb, slot, lean, entry, "")
            try:
                await kernel.start()
            finally:
                await kernel.end()

    for entry in ("time:sleep", "autograder.tests.sandbox.entry:run"):
        with pytest.raises(KernelError, match="does not answer"):
            asyncio.run(story(entry))


def test_what_is_in_a_notebook_is_text_to_us(warm: WarmLauncher) -> None:
    nb: NotebookNode = notebook(free("print(chr(0xD800))\nimport json\nprint(json.dumps('\\u0000'))", "odd"))
    run(nb, warm)
    json.dumps(nb, ensure_ascii=False).encode()
