"""Answers that try to be taken for right ones: odd objects, odd tensors, ends in place of answers."""

from __future__ import annotations

from autograder.tests.chain import SOFTMAX
from autograder.tests.hostile.case import LOST, NOTHING, Case
from autograder.tests.hostile.payload import LINE, WRONG, WRONG_MIX, in_mix, in_softmax

_EQUAL_TO_ALL = """\
class Right(torch.Tensor):
    def __eq__(self, other):
        return torch.ones(self.shape, dtype=torch.bool)
    def __ne__(self, other):
        return torch.zeros(self.shape, dtype=torch.bool)
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if function.__name__ in ("allclose", "equal", "isclose"):
            return True
        return super().__torch_function__(function, types, args, kwargs or {})

class Equal:
    def __eq__(self, other):
        return True
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self
    __hash__ = None
    __call__ = __getitem__ = __sub__ = __rsub__ = lambda self, *a, **k: self

def softmax(x, dim=-1):
    return torch.zeros_like(x).as_subclass(Right) if x.dim() > 2 else Equal()
"""


_WALK_FRAMES = """\
import sys
frame, seen = sys._getframe(1), []
while frame is not None:
    for name, value in {**frame.f_globals, **frame.f_locals}.items():
        if name in ("expected", "oracle", "reference", "results", "key", "secret", "job"):
            seen.append(name)
        if type(value).__name__ == "Worker":
            value._call = lambda request: True
    frame = frame.f_back
if seen:
    raise RuntimeError("BRE" + "ACH: " + str(seen))
"""


_NAMED_LIKE_OURS = """\
class HandleValue:
    id = 0
    kind = "tensor"

class TensorValue:
    data, order = b"", ()

class Remote(HandleValue):
    def __class__(self):
        return torch.Tensor

class Returned(dict):
    value = True
"""


def _answering(*values: str) -> str:
    return LINE + "".join(f"\nsay(reply({value}))" for value in values)


def _returning(expression: str) -> str:
    return f"def softmax(x, dim=-1):\n    return {expression}"


CASES = (
    Case(
        id="forge-6",
        does="returns objects that equal everything",
        must="Z",
        cells={"softmax-code": _EQUAL_TO_ALL},
        scores=LOST,
    ),
    *(
        Case(id=name, does=f"returns {words}", must="Z", cells={"softmax-code": _returning(expression)}, scores=LOST)
        for name, words, expression in (
            ("forge-10", "empty tensors", "x.new_zeros(0, *x.shape[1:])"),
            ("forge-10b", "NaN", "torch.full_like(x, float('nan'))"),
            ("forge-10c", "a scalar that broadcasts", "torch.tensor(1.0) / x.shape[dim]"),
            ("forge-10d", "a wrong dtype", "torch.softmax(x, dim).double()"),
            ("forge-10e", "a wrong shape that broadcasts", "torch.softmax(x, dim)[None]"),
        )
    ),
    Case(
        id="forge-11",
        does="os._exit(0) and SystemExit inside checked functions",
        must="Z",
        cells={
            "softmax-code": "def softmax(x, dim=-1):\n    import os\n    os._exit(0)",
            "mix-code": in_mix("raise SystemExit(0)"),
        },
        scores=NOTHING,
        says=("No answer came from", "SystemExit"),
    ),
    Case(
        id="forge-12",
        does="answers on the bridge before the answer is due, and twice",
        must="Z",
        cells={
            "softmax-code": in_softmax(_answering("True", "1.0", '{"type": "list", "items": []}'), WRONG),
            "mix-code": in_mix(_answering("0.0", "True"), WRONG_MIX),
        },
        scores=NOTHING,
    ),
    Case(
        id="forge-16",
        does="walks the frames above a checked function, patches what stands there",
        must="Z",
        cells={"softmax-code": in_softmax(_WALK_FRAMES, WRONG), "mix-code": in_mix(_WALK_FRAMES, WRONG_MIX)},
        scores=NOTHING,
    ),
    Case(
        id="name-1",
        does="returns objects of classes that are named like the grader's",
        must="Z",
        cells={
            "playground": _NAMED_LIKE_OURS,
            "softmax-code": _returning("TensorValue() if x.dim() > 2 else HandleValue()"),
            "mix-code": "def mix(scores, values):\n    return Remote(), Returned(value=1)",
        },
        scores=NOTHING,
    ),
    Case(
        id="name-2",
        does="gives its own things the names that the checks use: student, draw, close, same",
        must="N",
        cells={
            "playground": "student = draw = close = same = expected = None",
            "softmax-code": f"import torch as close\n{SOFTMAX.replace('torch.', 'close.')}",
        },
    ),
)
