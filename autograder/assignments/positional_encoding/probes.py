"""How the checks of this lesson ask: layers and maps that live beside the student's code, and comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from autograder.checks import Draw, Remote, Student, close, fail, shaped

#: Layers to be measured by `permutation_gap`; each is built in the student's process from its class.
LAYERS = '''
import torch as probe_torch


class ProbeAttention(probe_torch.nn.Module):
    """Equivariant: every row looks at every row."""

    def forward(self, x):
        return probe_torch.softmax(x @ x.transpose(1, 2), dim=-1) @ x


class ProbeCumulative(probe_torch.nn.Module):
    """Knows order: each row is the sum of the rows up to it."""

    def forward(self, x):
        return x.cumsum(dim=1)


class ProbeSorted(probe_torch.nn.Module):
    """Invariant, and not equivariant: the numbers of a sentence in rising order."""

    def forward(self, x):
        return x.sort(dim=1).values


class ProbePlaces(probe_torch.nn.Module):
    """Adds to each row a vector for its place, and is no wider than three numbers."""

    def __init__(self, places):
        super().__init__()
        self.register_buffer("places", places)

    def forward(self, x):
        return x[..., :1] + self.places[: x.shape[1]]


class ProbeGRU(probe_torch.nn.GRU):
    """A recurrent layer that gives its states alone."""

    def forward(self, x):
        return super().forward(x)[0]
'''

#: Plain questions about modules.
QUESTIONS = """
import torch as probe_torch


def probe_buffers(module):
    return dict(module.named_buffers())


def probe_parameters(module):
    return [name for name, _ in module.named_parameters()]


def probe_linear(d_in, d_out, bias):
    return probe_torch.nn.Linear(d_in, d_out, bias=bias)


def probe_error(module, ids):
    try:
        module(ids)
    except ValueError as error:
        return str(error)
    return ""
"""


def gap(student: Student, layer: Remote, x: Tensor, order: Tensor) -> Tensor:
    """The student's gap as a float32 tensor (); fails unless one number came back."""
    answer = student.call("permutation_gap", layer, x, order)
    if isinstance(answer, float | int) and not isinstance(answer, bool):
        return torch.tensor(float(answer))
    words = "one number: a float, or a tensor of shape ()"
    return shaped(answer, (), words).float()


def layer(student: Student, name: str, *args: object) -> Remote:
    """One of the layers above, in the student's process."""
    student.define(LAYERS)
    return student.create(name, *args)


def shuffled_gap(before: Tensor, after: Tensor, order: Tensor) -> Tensor:
    """What the gap is, for a layer that gives `before` for x and `after` for the shuffled x."""
    return (after - before[:, order]).abs().amax()


def cycle(draw: Draw, T: int) -> Tensor:
    """A permutation of T places that is one cycle: for T > 2 it is not its own inverse, and moves every place."""
    ranks = torch.randperm(T, generator=torch.Generator().manual_seed(int(draw.integers(0, 1 << 30, (1,)))))
    order = torch.empty(T, dtype=torch.int64)
    order[ranks] = ranks.roll(-1)
    return order


def linear(student: Student, draw: Draw, d_in: int, d_out: int, *, bias: bool) -> tuple[Remote, dict[str, Tensor]]:
    """A linear map with drawn weights in the student's process, and those weights by name."""
    student.define(QUESTIONS)
    remote = student.create("probe_linear", d_in, d_out, bias)
    weights = {"weight": draw.normal(d_out, d_in)} | ({"bias": draw.normal(d_out)} if bias else {})
    remote.load(weights)
    return remote, weights


def mapped(weights: Mapping[str, Tensor], x: Tensor) -> Tensor:
    """What a linear map with these weights makes of x."""
    return torch.nn.functional.linear(x, weights["weight"], weights.get("bias"))


def unchanged(student: Student, target: str | Remote, *args: object, names: Sequence[str]) -> None:
    """Fails when the call changes an argument's values or shape in place."""
    for name, before, after in zip(names, args, student.inputs_after(target, *args), strict=True):
        if isinstance(before, Tensor) and not (isinstance(after, Tensor) and torch.equal(before, after)):
            words = "arguments left as they were: the caller may still need them"
            fail(f"`{student.last_called}` changed its argument `{name}`", words)


def weights_unchanged(remote: Remote, before: Mapping[str, Tensor], words: str) -> None:
    """Fails when a module's weights are no longer these."""
    now = remote.state()
    for name, tensor in before.items():
        close(now.get(name), tensor, words)
