"""How the checks of GPT and DistilBERT ask: weights to load, small models to draw from, and how far chance may go."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from autograder.assignments.variants.oracle import BOS, EOS, PAD, Shapes, encoder_shapes
from autograder.checks import Draw, Remote, Student, fail, shaped

#: Small models and questions, in the student's process.
HELPERS = '''
import torch as _torch


class _ByLast:
    """The next token has the scores table[last token]; it notes down how long the texts were that it was handed."""

    def __init__(self, table):
        self.table, self.lengths, self.asked = table, [], []

    def __call__(self, ids):
        self.lengths.append(ids.shape[1])
        if len(ids) < 9:
            self.asked.append(ids.tolist())
        return self.table[ids]


class _ByPlace(_ByLast):
    """The token after place i has the scores table[i], whatever stands there."""

    def __call__(self, ids):
        self.lengths.append(ids.shape[1])
        return self.table[: ids.shape[1]].expand(len(ids), -1, -1)


def _lengths(model):
    return model.lengths


def _asked(model):
    return model.asked


def _sample(model, start, length, seed, **how):
    device = start.device if start.is_cuda else "cpu"
    return sample(model, start, length, generator=_torch.Generator(device=device).manual_seed(seed), **how)


def _sample_twice(model, start, length, seed):
    device = start.device if start.is_cuda else "cpu"
    generator = _torch.Generator(device=device).manual_seed(seed)
    return [sample(model, start, length, generator=generator) for _ in range(2)]


def _sample_disturbed(model, start, length, seed):
    _torch.manual_seed(seed + 1)
    first = _sample(model, start, length, seed)
    _torch.manual_seed(seed + 2)
    return [first, _sample(model, start, length, seed)]


def _attention(module, i):
    return module.encoder.layers[i].attention


def _fresh_attention(d, heads):
    return SelfAttention(d, heads)


@_torch.no_grad()
def _attend_in_parts(attention, x, cuts):
    parts, past, shapes, at = [], None, [], 0
    for n in cuts:
        found, past = attend_with_cache(attention, x[:, at : at + n], past)
        parts.append(found)
        shapes.append([list(each.shape) for each in past])
        at += n
    return parts, shapes


@_torch.no_grad()
def _logits_in_parts(model, ids, cuts):
    parts, cache, shapes, at = [], None, [], 0
    for n in cuts:
        logits, cache = logits_with_cache(model, ids[:, at : at + n], cache)
        parts.append(logits)
        shapes.append([[list(each.shape) for each in pair] for pair in cache])
        at += n
    return parts, shapes


@_torch.no_grad()
def _two_ways_on(model, ids, first, second):
    _, cache = logits_with_cache(model, ids)
    logits_with_cache(model, first, cache)
    return logits_with_cache(model, second, cache)[0]


@_torch.no_grad()
def _tokens_thought_about(model, ids, cuts):
    """How many places went through the first layer's feed-forward part, call by call."""
    counted = []
    hook = model.encoder.layers[0].W_1.register_forward_hook(lambda module, given, _: counted.append(given[0].shape[1]))
    calls, cache, at = [], None, 0
    for n in cuts:
        counted.clear()
        _, cache = logits_with_cache(model, ids[:, at : at + n], cache)
        calls.append(sum(counted))
        at += n
    hook.remove()
    return calls


@_torch.no_grad()
def _add_to_all(module, amount):
    for weight in module.parameters():
        weight.add_(amount)


def _logits_of(module, ids):
    return module(ids)[0]


def _how_many_layers(module):
    return len(module.encoder.layers)
'''


def weights_for(draw: Draw, shapes: Shapes) -> dict[str, Tensor]:
    """Drawn weights of these shapes: maps that keep sizes, norms' scales near 1, other numbers near 0."""
    weights = {}
    for name, shape in shapes.items():
        scale = 0.4 if len(shape) == 1 else shape[-1] ** -0.5
        weights[name] = draw.normal(*shape, scale=scale) + (1.0 if name.endswith("norm.weight") else 0.0)
    return weights


def build_model(
    student: Student, draw: Draw, kind: str, V: int, d: int, heads: int, layers: int, longest: int = 16
) -> tuple[Remote, dict[str, Tensor]]:
    """A "CausalLM" or a "MaskedLM" with drawn weights, and those weights."""
    student.define(HELPERS)
    sizes = {"d_model": d, "num_heads": heads, "d_ff": 2 * d + 1, "num_layers": layers, "longest": longest}
    module = student.create(kind, V, **sizes)
    weights = weights_for(draw, encoder_shapes(V, d, 2 * d + 1, layers, longest))
    module.load(weights)
    return module, weights


def draw_rows(draw: Draw, B: int, T: int, V: int) -> Tensor:
    """(B, T) ids from BOS to EOS, then PAD; lengths differ, and the first row is full."""
    ids = draw.integers(4, V, (B, T))
    ids[:, 0] = BOS
    for row, length in zip(ids, [T, *draw.integers(3, T, (B - 1,)).tolist()], strict=True):
        row[length - 1] = EOS
        row[length:] = PAD
    return ids


def scripted(student: Student, table: Tensor, kind: str = "_ByLast") -> Remote:
    """A model in the student's process whose next token has the scores table[last token], or table[place]."""
    student.define(HELPERS)
    return student.create(kind, table)


#: How many shares all checks of the exercise compare together, at most, and how seldom a right answer may fail them.
#:
#: The number of draws that give a token is binomial, whatever the way of drawing is. By Hoeffding's inequality its
#: share is off by more than ε with probability at most 2 exp(-2 n ε²). By the union bound some one of all shares that
#: are compared is off with probability at most 2 · COMPARED · exp(-2 n ε²), which is one in a million for the ε of
#: `tolerance`. So a right answer fails less than once in a million.
COMPARED = 200
ONCE_IN = 1e6


def tolerance(n: int) -> float:
    """ε for n independent draws: 2 · COMPARED · exp(-2 n ε²) = 1 / ONCE_IN."""
    return math.sqrt(math.log(2 * COMPARED * ONCE_IN) / (2 * n))


def drawn_like(tokens: Tensor, expected: Tensor, words: str) -> None:
    """Fails unless n drawn tokens are spread like `expected` (V,); what has probability 0 must never come."""
    counts = torch.bincount(tokens.flatten(), minlength=len(expected))
    if len(counts) > len(expected) or (counts[expected == 0] > 0).any():
        fail("A token came that has been ruled out", words)
    off = (counts.double() / tokens.numel() - expected).abs().max()
    if off > tolerance(tokens.numel()):
        fail(f"Of {tokens.numel()} draws the share of a token is off by {float(off):.3f}", words)


def rows_of(answer: object, B: int, T: int, start: Tensor) -> Tensor:
    """The answer as (B, T) ids that begin with start."""
    ids = shaped(answer, (B, T), f"(B, t + n) = ({B}, {T}) ids", torch.int64)
    if not torch.equal(ids[:, : start.shape[1]], start):
        fail("The text does not begin with `start`", "start as it was, and what was drawn behind it")
    return ids


def unchanged(student: Student, target: str, *args: object, **kwargs: object) -> None:
    """Fails when the call changes one of its tensors in place."""
    for before, after in zip(args, student.inputs_after(target, *args, **kwargs), strict=True):
        _unchanged(before, after, f"`{student.last_called}` changed its argument")


def _unchanged(before: object, after: object, words: str) -> None:
    if isinstance(before, tuple) and isinstance(after, tuple | list) and len(before) == len(after):
        for each, later in zip(before, after, strict=True):
            _unchanged(each, later, words)
    elif isinstance(before, Tensor) and not (isinstance(after, Tensor) and torch.equal(before, after)):
        fail(words, "arguments as they were: the caller may still need them")
