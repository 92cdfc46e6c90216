"""Comparators: type, then dtype, then shape, then values; the first difference is said in words.

Nothing here broadcasts, and NaN equals nothing, so neither can pass for a right answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import torch

from autograder.checks import sentences

#: (rtol, atol) by dtype: wide enough for another order of summation, far narrower than a mistake.
_TOLERANCES = {
    torch.float64: (1e-6, 1e-8),
    torch.float32: (1e-4, 1e-5),
    torch.float16: (1e-2, 2e-3),
    torch.bfloat16: (3e-2, 2e-2),
}


_DEEPEST = 2  # containers inside containers that are worth describing


class CheckFailed(AssertionError):
    """A check found something wrong with what came back.

    Attributes:
        came_back: what it was, in words.
        expected: what would have been right, in words.
        subject: the value in question, by which the call that returned it is found.
        template: the sentence that takes `called`, `came_back` and `expected`.
    """

    def __init__(self, came_back: str, expected: str, subject: object = None, template: str = sentences.WRONG) -> None:
        super().__init__(came_back)
        self.came_back, self.expected, self.subject, self.template = came_back, expected, subject, template


def close(
    actual: object, expected: torch.Tensor, words: str, rtol: float | None = None, atol: float | None = None
) -> None:
    """Fails unless `actual` is a tensor of the expected dtype and shape with values within tolerance.

    Raises:
        CheckFailed: with `words`, which say what was expected.
    """
    tensor = shaped(actual, expected.shape, words, expected.dtype)
    default = _TOLERANCES.get(expected.dtype, (0.0, 0.0))
    rtol, atol = default[0] if rtol is None else rtol, default[1] if atol is None else atol
    _no_nan(tensor, expected, words, actual)
    got, want = tensor.double(), expected.double()
    near = want.isfinite() & ((got - want).abs() <= atol + rtol * want.abs())  # everything is "near" infinity
    off = ~((got == want) | near)
    if off.any():
        _values_differ(actual, tensor, got - want, off, words)


def same(actual: object, expected: object, words: str) -> None:
    """Fails unless `actual` is exactly `expected` (bool masks, integers, text, None)."""
    if isinstance(expected, torch.Tensor):
        tensor = shaped(actual, expected.shape, words, expected.dtype)
        off = tensor != expected
        if off.any():
            _values_differ(actual, tensor, tensor.double() - expected.double(), off, words)
        return
    if type(actual) is not type(expected):
        _other_kind(actual, type(expected).__name__, words)
    if actual != expected:
        raise CheckFailed(
            sentences.OTHER_VALUE.format(actual=describe(actual), expected=describe(expected)), words, actual
        )


def shaped(actual: object, shape: Sequence[int], words: str, dtype: torch.dtype | None = None) -> torch.Tensor:
    """The value as a tensor; fails unless it is one of that shape (and dtype)."""
    if not isinstance(actual, torch.Tensor):
        _other_kind(actual, "a tensor", words)
    if dtype is not None and actual.dtype != dtype:
        words_ = sentences.OTHER_DTYPE.format(dtype=_name(actual.dtype), expected_dtype=_name(dtype))
        raise CheckFailed(words_, words, actual)
    if actual.shape != torch.Size(shape):
        words_ = sentences.OTHER_SHAPE.format(shape=tuple(actual.shape), expected_shape=tuple(shape))
        raise CheckFailed(words_, words, actual)
    return actual


def fail(came_back: str, expected: str = "", subject: object = None) -> NoReturn:
    """Fails the check with sentences of its own."""
    raise CheckFailed(came_back, expected, subject, sentences.PLAIN if expected else "{came_back}")


def describe(value: object, depth: int = 0) -> str:
    """A value in words: tensors by dtype and shape (never their secret values), small values as they are."""
    if isinstance(value, torch.Tensor):
        return f"{_name(value.dtype)} {tuple(value.shape)}"
    if isinstance(value, tuple | list):
        inner = ", ".join(describe(item, depth + 1) for item in value[:8]) if depth < _DEEPEST else "…"
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    if isinstance(value, str | int | float) and not isinstance(value, bool) and not sentences.may_quote():
        return f"a {type(value).__name__}"
    if isinstance(value, str):
        return sentences.quoted(repr(value[:80]), 80)
    if value is None or isinstance(value, bool | int | float):
        return repr(value)[:80]
    kind = getattr(value, "kind", type(value).__name__) if sentences.may_quote() else "value of another kind"
    return f"a {sentences.quoted(kind, 100)}"


def _no_nan(tensor: torch.Tensor, expected: torch.Tensor, words: str, actual: object) -> None:
    nan = tensor.isnan()
    if nan.any():
        text = sentences.NOT_A_NUMBER.format(**_where(tensor, nan))
        raise CheckFailed(text, words, actual)
    assert not expected.isnan().any(), "the expected values hold NaN: the check is broken"


def _values_differ(
    actual: object, tensor: torch.Tensor, difference: torch.Tensor, off: torch.Tensor, words: str
) -> NoReturn:
    worst = float(difference[off].abs().max())
    raise CheckFailed(sentences.OTHER_VALUES.format(**_where(tensor, off), worst=f"{worst:.3g}"), words, actual)


def _where(tensor: torch.Tensor, off: torch.Tensor) -> dict[str, object]:
    index = tuple(int(i) for i in off.nonzero()[0])
    return {
        "dtype": _name(tensor.dtype),
        "shape": tuple(tensor.shape),
        "count": int(off.sum()),
        "total": tensor.numel(),
        "index": index,
    }


def _other_kind(actual: object, expected_kind: str, words: str) -> NoReturn:
    text = sentences.OTHER_KIND.format(kind=describe(actual), expected_kind=expected_kind)
    raise CheckFailed(text, words, actual)


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
