"""How the checks of this lesson ask: modules with drawn weights, sentences with pads, answers that must not move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from autograder.assignments.seq2seq.oracle import PAD
from autograder.checks import Draw, Remote, Student, close, fail, shaped

Twin = TypeVar("Twin", bound=nn.Module)


def tensors(student: Student, count: int, names: str, target: str | Remote, *args: Any) -> list[Tensor]:
    """What a call returns; fails unless it is that many tensors (`names`: what they are called)."""
    result = student.call(target, *args)
    right = isinstance(result, tuple | list) and len(result) == count
    if not right or not all(isinstance(item, Tensor) for item in result):
        fail(f"`{student.last_called}` did not return {count} tensors", f"`return {names}`")
    return list(result)


def build(student: Student, draw: Draw, name: str, twin: Twin, *sizes: int) -> tuple[Remote, Twin]:
    """The student's module and the oracle's, with the same drawn weights."""
    module = student.create(name, *sizes)
    for parameter in twin.parameters():
        parameter.data = draw.normal(*parameter.shape, scale=0.7)
    module.load(twin.state_dict())
    return module, twin


def draw_ids(draw: Draw, lengths: Sequence[int], vocabulary_size: int, width: int = 0) -> Tensor:
    """(B, T) of drawn tokens (none of them PAD, BOS, EOS), with PAD behind each length."""
    ids = draw.integers(3, vocabulary_size, (len(lengths), width or max(lengths)))
    for row, length in zip(ids, lengths, strict=True):
        row[length:] = PAD
    return ids


def draw_mask(draw: Draw, B: int, T: int) -> Tensor:
    """(B, T): each row shows one place at least, and hides one at least."""
    ranks = draw.uniform(B, T)
    most, least = ranks.argmax(-1, keepdim=True), ranks.argmin(-1, keepdim=True)
    return (ranks > 0.4).scatter(-1, most, True).scatter(-1, least, False)


def unmoved(before: Tensor, after: Tensor, words: str) -> None:
    """Fails unless the student's second answer is the first one (`words`: why it should be)."""
    after = shaped(after, before.shape, words, before.dtype)
    off = ~((after - before).abs() <= 1e-5 + 1e-4 * before.abs())  # NaN is off, too
    if off.any():
        fail(f"The answer changed at {int(off.sum())} of {off.numel()} places", words, after)


def unchanged(student: Student, target: str | Remote, *args: Any, names: Sequence[str]) -> None:
    """Fails when the call changes an argument in place."""
    for name, before, after in zip(names, args, student.inputs_after(target, *args), strict=True):
        same = torch.equal(before, after) if isinstance(before, Tensor) else before == after
        if not same:
            words = "arguments left as they were: the caller may still need them"
            fail(f"`{student.last_called}` changed its argument `{name}`", words)


def same_gradients(student: Student, draw: Draw, module: Remote, twin: nn.Module, *args: Any, output: int) -> None:
    """Fails unless this output sends the oracle's gradients to all parameters (of modules without gradients so far)."""
    result = twin(*args)[output]
    upstream = draw.normal(*result.shape)
    result.backward(upstream)
    actual = student.parameter_gradients(module, *args, upstream=upstream, output=output)
    for name, parameter in twin.named_parameters():
        if parameter.grad is not None and parameter.grad.abs().max() > 1e-6:
            _same_gradient(actual.get(name), parameter.grad, name, output)


def _same_gradient(actual: object, expected: Tensor, name: str, output: int) -> None:
    if actual is None:
        fail(f"No gradient from output {output} reaches `{name}`, so it could never learn", "a gradient")
    close(actual, expected, f"the gradient for `{name}` that follows from output {output}", rtol=1e-3, atol=1e-4)
