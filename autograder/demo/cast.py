"""The made-up students: each stands for something that happens in a class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from autograder.demo.desk import Desk, find, insert_before


@dataclass(frozen=True)
class Member:
    """A student, what is handed in in words, and how it is written."""

    student: str
    story: str
    write: Callable[[Desk], bytes]


def _notebook(make: Callable[[Desk], NotebookNode]) -> Callable[[Desk], bytes]:
    return lambda desk: nbformat.writes(make(desk)).encode()  # type: ignore[no-untyped-call]


def _syntax_error(desk: Desk) -> NotebookNode:
    notebook = desk.solved()
    cell = find(notebook, "masks-code")
    cell.source = cell.source.replace("def causal_mask(T, device=None):", "def causal_mask(T, device=None)")
    return notebook


def _endless_loop(desk: Desk) -> NotebookNode:
    notebook = desk.solved()
    insert_before(notebook, "heads-code", "step = 0\nwhile step < 10:\n    loss = step * 0.9   # and step never grows")
    return notebook


def _dead_kernel(desk: Desk) -> NotebookNode:
    notebook = desk.solved()
    insert_before(notebook, "masks-code", "import os\nos._exit(1)   # to free the memory")
    return notebook


def _deleted_cell(desk: Desk) -> NotebookNode:
    notebook = desk.solved()
    notebook.cells.remove(find(notebook, "heads"))
    return notebook


_FORGED_ANSWER = '''\
print("3.0")


class Right:
    """Equal to whatever it is compared with."""

    def __eq__(self, other):
        return True

    def __getattr__(self, name):
        return self

    __call__ = __getitem__ = __rsub__ = __sub__ = lambda self, *args: self


def softmax(x, dim=-1):
    return Right()
'''


def _forger(desk: Desk) -> NotebookNode:
    notebook = desk.solved("masks")
    find(notebook, "softmax-code").source = _FORGED_ANSWER
    for cell in notebook.cells:
        grading = cell.metadata.get("nbgrader", {})
        if grading.get("locked"):
            cell.metadata.tags = ["skip-execution"]
        if grading.get("grade") and cell.cell_type == "code":
            grading["points"] = 1000
            cell.source = "1000.0"
            fields = {"data": {"text/plain": "1000.0"}, "execution_count": 1}
            cell.outputs = [nbformat.v4.new_output("execute_result", **fields)]  # type: ignore[no-untyped-call]
    return notebook


def _broken(desk: Desk) -> bytes:
    whole = nbformat.writes(desk.solved()).encode()  # type: ignore[no-untyped-call]
    return bytes(whole[: len(whole) // 2])


CAST = (
    Member("student-01-reference", "everything right", _notebook(lambda desk: desk.solved())),
    Member(
        "student-02-another-way", "everything right, written in other ways", _notebook(lambda desk: desk.another_way())
    ),
    Member("student-03-built-ins", "torch's own functions", _notebook(lambda desk: desk.another_way(stand_in=True))),
    Member(
        "student-04-no-scaling", "scores not divided by √d_k", _notebook(lambda d: d.mistaken("attention_no_scale"))
    ),
    Member(
        "student-05-overflow", "a softmax that overflows", _notebook(lambda d: d.mistaken("softmax_no_max_subtracted"))
    ),
    Member(
        "student-06-mask-inverted",
        "masks read the wrong way round",
        _notebook(lambda d: d.mistaken("attention_mask_inverted")),
    ),
    Member(
        "student-07-two-mistakes",
        "a causal mask turned round, heads made with view alone",
        _notebook(lambda desk: desk.mistaken("masks_triangle_transposed", "heads_view_without_transpose")),
    ),
    Member(
        "student-08-half-done",
        "the first two exercises",
        _notebook(lambda d: d.solved("softmax", "scaled-dot-product-attention")),
    ),
    Member("student-09-untouched", "the release as it was", _notebook(lambda desk: desk.untouched())),
    Member("student-10-syntax-error", "a colon is missing in the masks", _notebook(_syntax_error)),
    Member("student-11-endless-loop", "a loop that never ends, in a cell of their own", _notebook(_endless_loop)),
    Member("student-12-dead-kernel", "a cell that kills the kernel", _notebook(_dead_kernel)),
    Member("student-13-deleted-cell", "a graded cell was deleted", _notebook(_deleted_cell)),
    Member("student-14-empty-file", "an empty file", lambda _: b""),
    Member("student-15-broken-json", "half of a file", _broken),
    Member("student-16-forger", "forged points, tags, outputs and equality", _notebook(_forger)),
)
