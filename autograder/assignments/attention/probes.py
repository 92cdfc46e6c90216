"""How the checks of this lesson ask: inputs that isolate one fault, and answers that must (not) move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from torch import Tensor

from autograder.assignments.attention.oracle import PROJECTIONS
from autograder.checks import Draw, Remote, Student, fail, shaped

Case = TypeVar("Case")
ATTENTION = "scaled_dot_product_attention"


def for_many(cases: SearchStrategy[Case], check: Callable[[Case], None]) -> None:
    """Runs a check for a dozen generated cases; the first failure ends it and is raised as it was.

    Not left to hypothesis, because that would ask again to shrink and to confirm: student code may be slow.
    """
    failures: list[BaseException] = []

    @settings(
        max_examples=12,
        database=None,
        deadline=None,
        print_blob=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),  # a slow machine is not the student's fault
    )
    @given(cases)
    def run(case: Case) -> None:
        if failures:
            return
        try:
            check(case)
        except BaseException as failure:  # noqa: BLE001 - also pytest's skip; raised again below
            failures.append(failure)

    run()
    if failures:
        raise failures[0]


class Pool:
    """Normal values drawn once, from which generated cases cut what they need (a case seen twice is the same twice)."""

    def __init__(self, draw: Draw, size: int = 4096) -> None:
        self._values = draw.normal(size)

    def cut(self, *shape: int, start: int = 0) -> Tensor:
        """A tensor of that shape, made of the values from `start` on."""
        numel = torch.Size(shape).numel()
        return self._values[start : start + numel].reshape(shape).clone()


def draw_qkv(draw: Draw, leading: int = 1) -> tuple[Tensor, Tensor, Tensor]:
    """Query (..., Tq, d_k), key (..., Tk, d_k), value (..., Tk, d_v); all sizes differ."""
    Tq, Tk, d_k, d_v, *lead = draw.sizes(4 + leading, low=3)
    return draw.normal(*lead, Tq, d_k), draw.normal(*lead, Tk, d_k), draw.normal(*lead, Tk, d_v)


def draw_mask(draw: Draw, *shape: int) -> Tensor:
    """A mask in which every query may look at one key at least, and may not look at one at least."""
    ranks = draw.uniform(*shape)
    most, least = ranks.argmax(-1, keepdim=True), ranks.argmin(-1, keepdim=True)
    return (ranks > 0.4).scatter(-1, most, True).scatter(-1, least, False)


def attend(student: Student, *args: Tensor, target: str | Remote = ATTENTION, **kwargs: Any) -> tuple[Tensor, Tensor]:
    """The student's output and weights; fails unless a pair of tensors came back."""
    result = student.call(target, *args, **kwargs)
    pair = isinstance(result, tuple | list) and len(result) == 2
    if not pair or not all(isinstance(item, Tensor) for item in result):
        fail(f"`{student.last_called}` did not return a pair of tensors", "`return output, weights`")
    return result[0], result[1]


def build(student: Student, draw: Draw, num_heads: int, d_head: int) -> tuple[Remote, dict[str, Tensor]]:
    """The student's MultiHeadAttention with drawn weights, and those weights by name."""
    d_model = num_heads * d_head
    module = student.create("MultiHeadAttention", d_model, num_heads)
    weights = {}
    for name in PROJECTIONS:
        weights[f"{name}.weight"] = draw.normal(d_model, d_model, scale=d_model**-0.5)
        weights[f"{name}.bias"] = draw.normal(d_model, scale=0.5)
    module.load(weights)
    return module, weights


def unmoved(before: Tensor, after: Tensor, words: str, atol: float = 1e-5) -> None:
    """Fails unless the student's second answer is the first one (`words`: why it should be)."""
    after = shaped(after, before.shape, words, before.dtype)
    off = ~((after.double() - before.double()).abs() <= atol + 1e-4 * before.double().abs())  # NaN is off, too
    if off.any():
        fail(f"The answer changed at {int(off.sum())} of {off.numel()} places", words, after)


def moved(before: Tensor, after: Tensor, words: str) -> None:
    """Fails unless every row of the second answer differs from the first one's (`words`: why it should)."""
    after = shaped(after, before.shape, words, before.dtype)
    change = (after.double() - before.double()).abs().amax(dim=-1)
    if not (change > 1e-3).all():  # NaN is no change, either
        fail("The answer stayed as it was", words, after)


def unchanged(student: Student, target: str | Remote, *args: Tensor | int, names: Sequence[str]) -> None:
    """Fails when the call changes an argument's values or shape in place."""
    for name, before, after in zip(names, args, student.inputs_after(target, *args), strict=True):
        if isinstance(before, Tensor) and not (isinstance(after, Tensor) and torch.equal(before, after)):
            words = "arguments left as they were: the caller may still need them"
            fail(f"`{student.last_called}` changed its argument `{name}`", words)


def finite(kind: str, tensors: Sequence[Tensor | None], words: str) -> None:
    """Fails when NaN or an infinity stands in one of these tensors, which are of that kind (None counts as zeros)."""
    for tensor in tensors:
        if tensor is not None and not tensor.isfinite().all():
            fail(f"NaN or an infinity stands in {kind}", words, tensor)


def zero_at(gradient: Tensor | None, places: Tensor, words: str) -> None:
    """Fails unless the gradient is zero at those places (a missing gradient is zero everywhere)."""
    if gradient is not None and not (gradient[places].abs() <= 1e-6).all():
        fail("A gradient flows to where nothing may be seen", words, gradient)
