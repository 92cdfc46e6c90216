"""Channels from a kernel in which student code runs, and which it can write to: what is no message is no event.

Every message is signed with a key that student code can read, so that a signature proves nothing. What is wrong
in form must not stop the grader; what is right in form is believed no further than for outputs to show.
"""

from __future__ import annotations

import json
from queue import Empty
from typing import Any

import nbformat
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from nbformat import NotebookNode
from traitlets import Type

#: What reading bytes that are no message may raise; errors of the socket itself are not among them.
_NO_MESSAGE = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)


class Channel(AsyncZMQSocketChannel):
    """A channel on which garbage passes by; a wait with a time limit ends with it as if nothing had come."""

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:  # type: ignore[override]
        """The next message; raises Empty when none came in time."""
        while True:
            try:
                message = await super().get_msg(timeout)
                if _in_form(message):
                    return dict(message)
            except _NO_MESSAGE:
                pass  # garbage that student code wrote: there was no message
            if timeout is not None:
                raise Empty


class Client(AsyncKernelClient):
    """A kernel client with such channels."""

    shell_channel_class = Type(Channel)
    iopub_channel_class = Type(Channel)
    control_channel_class = Type(Channel)


def _in_form(message: Any) -> bool:
    parts = [message["header"], message["parent_header"], message["content"]]
    return all(isinstance(part, dict) for part in parts) and isinstance(message["msg_type"], str)


def drop_odd_outputs(notebook: NotebookNode) -> None:
    """Removes outputs that no notebook may hold, so that it can be written."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if _may_stand(output)]
            if not isinstance(cell.execution_count, int):
                cell.execution_count = None


def _may_stand(output: NotebookNode) -> bool:
    try:
        nbformat.validate(output, ref="output", version=4)
        json.dumps(output, ensure_ascii=False).encode()  # half a surrogate pair is text that no file can hold
    except (nbformat.ValidationError, *_NO_MESSAGE):
        return False
    return True
