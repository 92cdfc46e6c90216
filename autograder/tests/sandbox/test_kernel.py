"""Real kernels: what they inherit, where they listen, and what happens when they misbehave."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat import NotebookNode

from autograder.grade import KERNEL_COMMAND
from autograder.sandbox.kernel import Kernel, KernelGone
from autograder.sandbox.limits import Limits
from autograder.sandbox.slot import Slot
from autograder.tests.notebooks import free, notebook

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("nothing_left")]


def run(nb: NotebookNode, limits: Limits | None = None) -> tuple[list[str], list[str]]:
    """Executes all cells; the text that each printed, and the notices."""

    async def story() -> list[str]:
        with Slot(limits or Limits(cell_seconds=5)) as slot:
            kernel = Kernel(nb, slot, KERNEL_COMMAND)
            try:
                await kernel.start()
                for index in range(len(nb.cells)):
                    await kernel.execute(index)
            finally:
                await kernel.end()
        return kernel.notices

    notices = asyncio.run(story())
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in nb.cells], notices


def test_secrets_of_the_grader_do_not_reach_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_TOKEN", "hunter2")
    look = "import os\nprint(sorted(os.environ))\nprint(open('/proc/self/environ').read())"
    (text,), notices = run(notebook(free(look, "look")))
    assert "hunter2" not in text
    assert "GRADER_TOKEN" not in text
    assert "AANDACHT_LIMITS" not in text.splitlines()[0]
    assert notices == []


def test_the_kernels_own_channels_are_no_ports() -> None:
    look = (
        "import json\nkernel = get_ipython().kernel\nfrom ipykernel.kernelapp import IPKernelApp\n"
        "app = IPKernelApp.instance()\nprint(json.dumps([app.transport, app.ip]))"
    )
    (text,), _ = run(notebook(free(look, "look")))
    transport, folder = json.loads(text)
    assert transport == "ipc"
    assert Path(folder).name == "k"


def test_a_notebooks_time_is_its_own_and_not_that_of_checks() -> None:
    async def story() -> list[str]:
        nb = notebook(free("pass", "first"), free("print('second')", "second"))
        with Slot(Limits(submission_seconds=2)) as slot:
            kernel = Kernel(nb, slot, KERNEL_COMMAND)
            try:
                await kernel.start()
                await kernel.execute(0)
                await asyncio.sleep(2.5)  # the judge is at work
                await kernel.execute(1)
            finally:
                await kernel.end()
        assert nb.cells[1].outputs[0].text == "second\n"
        return kernel.notices

    assert asyncio.run(story()) == []


def test_a_notebook_that_used_up_its_time_is_not_run_further() -> None:
    cells = [free(f"import time; time.sleep(0.7); print({n})", f"c{n}") for n in range(4)]
    texts, notices = run(notebook(*cells), Limits(cell_seconds=5, submission_seconds=1))
    assert texts[3] == ""
    assert "Cell `c3` was not run" in notices[-1]


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


def test_messages_that_are_none_stop_nothing() -> None:
    nb = notebook(free(GARBAGE, "garbage"), free("print('after')", "after"))
    texts, _ = run(nb)
    assert texts == ["", "after\n"]
    nbformat.validate(nb)


def test_widgets_cannot_fill_the_graders_memory() -> None:
    flood = (
        "kernel = get_ipython().kernel\nfor n in range(100):\n    kernel.session.send(kernel.iopub_socket, 'comm_open',"
        " content={'comm_id': str(n), 'target_name': 'x', 'data': {'state': {'x': 'x' * 2_000_000}}},"
        " parent=kernel.get_parent())"
    )
    before = psutil.Process().memory_info().rss
    started = time.monotonic()
    run(notebook(free(flood, "flood")), Limits(cell_seconds=20))
    assert psutil.Process().memory_info().rss - before < 100 * 2**20
    assert time.monotonic() - started < 40


def test_a_killed_kernel_is_gone_with_a_sentence() -> None:
    with pytest.raises(KernelGone) as caught:
        run(notebook(free("import os; os.kill(os.getpid(), 9)", "suicide")))
    assert "`suicide` ended the kernel" in caught.value.sentence
