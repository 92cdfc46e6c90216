"""What a kernel's messages make of a notebook's cells, with a cap on how much."""

from __future__ import annotations

import json
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import output_from_msg

from autograder.sandbox.channels import NO_MESSAGE, Message
from autograder.sandbox.limits import Limits

_SHOWN = frozenset({"stream", "display_data", "execute_result", "error"})
_DEEPEST = 100  # containers inside containers: who copies or writes a notebook goes down into all of them
_DATA = frozenset({"display_data", "execute_result", "update_display_data"})


class Outputs:
    """The outputs of a notebook's cells; each cell may put out so much, and all of them together so much.

    What is printed piece by piece becomes one output; pictures that have a name are changed where they stand. What
    widgets say is passed over.

    Args:
        limits: `output_bytes` and `all_output_bytes` count here.
    """

    def __init__(self, notebook: NotebookNode, limits: Limits) -> None:
        self._notebook, self._limits = notebook, limits
        self._used: dict[int, int] = {}
        self._named: dict[str, list[NotebookNode]] = {}
        self._to_clear = False
        self.overflowed: set[int] = set()

    def begin(self, index: int) -> None:
        """A cell is about to run: what it put out before does not stand any more."""
        self._notebook.cells[index].outputs = []

    def take(self, message: Message, index: int) -> None:
        """Lets a message change the cell that runs, as long as the budgets last."""
        if message.kind == "status" or self._overflows(message.size, index):
            return
        cell = self._notebook.cells[index]
        if "execution_count" in message.content:
            cell.execution_count = message.content["execution_count"]
        try:
            self._apply(message, cell.outputs, index)
        except (
            nbformat.ValidationError,
            *NO_MESSAGE,
        ):  # student code can send anything; what is no output is not shown
            return

    def _apply(self, message: Message, outputs: list[NotebookNode], index: int) -> None:
        if message.kind == "clear_output":
            self._to_clear = bool(message.content.get("wait"))
            if not self._to_clear:
                outputs.clear()
            return
        name = (message.content.get("transient") or {}).get("display_id") if message.kind in _DATA else None
        same = self._named.get(name, []) if name else []
        if self._overflows(message.size * len(same), index):  # a file holds it as often as it is shown
            return
        if same:
            _change(same, _output("display_data", message.content))
        if message.kind in _SHOWN:
            self._show(_output(message.kind, message.content), name, outputs)

    def _show(self, output: NotebookNode, name: str | None, outputs: list[NotebookNode]) -> None:
        if self._to_clear:
            outputs.clear()
            self._to_clear = False
        if name:
            self._named.setdefault(name, []).append(output)
        last = outputs[-1] if outputs else {}
        if output.output_type == "stream" and last.get("name") == output.name:
            last["text"] += output.text
        else:
            outputs.append(output)

    def _overflows(self, size: int, index: int) -> bool:
        self._used[index] = self._used.get(index, 0) + size
        if self._used[index] > self._limits.output_bytes or self.has_said_all:
            self.overflowed.add(index)
        return index in self.overflowed

    @property
    def has_said_all(self) -> bool:
        """Whether the notebook has used up what all of its cells together may put out."""
        counted = (min(used, self._limits.output_bytes) for used in self._used.values())
        return sum(counted) > self._limits.all_output_bytes

    def drop_odd(self) -> None:
        """Removes outputs that no notebook may hold, so that it can be written."""
        for cell in self._notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = [output for output in cell.outputs if _may_stand(output)]
                if not (type(cell.execution_count) is int and cell.execution_count >= 0):  # True is an int, too
                    cell.execution_count = None


def _change(shown: list[NotebookNode], new: NotebookNode) -> None:
    """Everything that was shown under a name looks different from now on."""
    for each in shown:
        each.data, each.metadata = new.data, new.metadata


def _output(kind: str, content: dict[str, Any]) -> NotebookNode:
    made: NotebookNode = output_from_msg({"header": {"msg_type": kind}, "content": content})  # type: ignore[no-untyped-call]
    return made


def _may_stand(output: NotebookNode) -> bool:
    try:
        nbformat.validate(output, ref="output", version=4)
        # Half a surrogate pair is text that no file can hold, and what is no number is nothing that JSON can.
        json.dumps(output, ensure_ascii=False, allow_nan=False).encode()
    except (nbformat.ValidationError, *NO_MESSAGE):
        return False
    return not _is_deeper(output, _DEEPEST)


def _is_deeper(value: Any, most: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    return most == 0 or any(
        _is_deeper(part, most - 1) for part in (value.values() if isinstance(value, dict) else value)
    )
