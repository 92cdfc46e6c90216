"""nbclient's execution of cells, with a cap on what they put out."""

from __future__ import annotations

from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbformat import NotebookNode

from autograder.sandbox import limits as sentences
from autograder.sandbox.limits import Limits

#: Words in an exception, and the limit that they speak of.
_SIGNS = {
    "[Errno 28]": sentences.OUT_OF_DISK,
    "[Errno 122]": sentences.OUT_OF_DISK,
    "[Errno 27]": sentences.FILE_TOO_LARGE,
    "MemoryError": sentences.REFUSED_MEMORY,
    "not enough memory": sentences.REFUSED_MEMORY,
    "can't allocate memory": sentences.REFUSED_MEMORY,  # torch
    "[Errno 12]": sentences.REFUSED_MEMORY,
    "[Errno 11]": sentences.REFUSED_PROCESS,
    "can't start new thread": sentences.REFUSED_PROCESS,
    "[Errno 24]": sentences.REFUSED_FILES,
    "items of ancdata": sentences.REFUSED_FILES,
}


class KernelGone(Exception):
    """The kernel ended, or had to be ended, while a cell ran. `sentence` says why, for the student."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class CellRunner(NotebookClient):
    """Executes cells; each may put out so much, and all of them together so much.

    Args:
        limits: `output_bytes` and `all_output_bytes` count here.
    """

    def __init__(self, notebook: NotebookNode, limits: Limits, **options: Any) -> None:
        super().__init__(notebook, **options)
        self._limits = limits
        self._used: dict[int, int] = {}
        self._ended: set[int] = set()
        self.timed_out: set[int] = set()
        self.overflowed: set[int] = set()

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Lets a message through as long as the budgets last; the kernel's state always passes."""
        try:
            if msg["msg_type"] == "status" and msg["content"].get("execution_state") == "idle":
                self._ended.add(cell_index)
            if msg["msg_type"] != "status" and self._overflows(_size(msg), cell_index):
                return None
            result: NotebookNode | None = super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            raise
        except Exception:  # noqa: BLE001 - student code can send anything; what is no output is not shown
            return None
        return result

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> dict[str, Any] | None:
        """Notes which cell it was, and interrupts it."""
        self.timed_out |= {index for index, other in enumerate(self.nb.cells) if other is cell}
        handled: dict[str, Any] | None = await super()._async_handle_timeout(timeout, cell)
        return handled

    def saw_the_end_of(self, cell_index: int) -> bool:
        """Whether the kernel said, behind a cell's last output, that it was idle again (a blank cell is not run)."""
        return cell_index in self._ended or not self.nb.cells[cell_index].source.strip()

    def _overflows(self, size: int, cell_index: int) -> bool:
        self._used[cell_index] = self._used.get(cell_index, 0) + size
        if self._used[cell_index] > self._limits.output_bytes or self.has_said_all:
            self.overflowed.add(cell_index)
        return cell_index in self.overflowed

    @property
    def has_said_all(self) -> bool:
        """Whether the notebook has used up what all of its cells together may put out."""
        counted = (min(used, self._limits.output_bytes) for used in self._used.values())
        return sum(counted) > self._limits.all_output_bytes


def _size(message: dict[str, Any]) -> int:
    return len(repr(message["content"])) + sum(len(buffer) for buffer in message.get("buffers", ()))


def limit_behind(cell: NotebookNode) -> str:
    """The sentence of the limit that an exception in a cell's outputs speaks of; empty when it is none."""
    errors = [output for output in cell.outputs if output.get("output_type") == "error"]
    for error in errors:
        words = f"{error.get('ename')}: {error.get('evalue')}"
        for sign, sentence in _SIGNS.items():
            if sign in words:
                return sentence
    return ""
