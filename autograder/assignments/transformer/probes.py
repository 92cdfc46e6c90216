"""How the checks of this lesson ask: weights to load, scripted models, and answers that must (not) move."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.assignments.transformer.oracle import BOS, EOS, PAD, Shapes, layer_shapes, transformer_shapes
from autograder.checks import Draw, Remote, Student, fail, shaped

#: Small models for decoders and training steps, in the student's process. They note down what they are asked.
MODELS = '''
import torch as _torch


class _ByRow:
    """Row b's next token has the scores tables[b, last token]."""

    def __init__(self, tables):
        self.tables, self.asked = tables, []

    def __call__(self, ids):
        self.asked.append(ids.tolist())
        return self.tables[_torch.arange(len(ids))[:, None], ids]


class _ByPlace(_ByRow):
    """The token after place i has the scores tables[i], whatever stands there."""

    def __call__(self, ids):
        self.asked.append(ids.tolist())
        return self.tables[: ids.shape[1]].expand(len(ids), -1, -1)


class _ByPair(_ByRow):
    """The next token has the scores tables[token before last, last token]; 0 stands before the first."""

    def __call__(self, ids):
        self.asked.append(ids.tolist())
        before = _torch.cat([_torch.zeros_like(ids[:, :1]), ids[:, :-1]], dim=1)
        return self.tables[before, ids]


class _Parrot(_torch.nn.Module):
    """The next token's scores: a row for the last token, and one for each token of the source."""

    def __init__(self, target_table, source_table):
        super().__init__()
        self.target_table = _torch.nn.Parameter(target_table)
        self.source_table = _torch.nn.Parameter(source_table)
        self.asked = []

    def forward(self, source, given):
        self.asked.append([source.tolist(), given.tolist()])
        return self.target_table[given] + self.source_table[source].mean(1, keepdim=True)


def _asked(model):
    return model.asked


def _sgd(model, rate, momentum):
    return _torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum)


def _encode(model, source):
    return model.encode(source)


def _decode(model, target, memory, source):
    return model.decode(target, memory, source)


def _overfit(source, target, sizes, steps, seed):
    _torch.manual_seed(seed)
    model = Transformer(*sizes, d_model=16, num_heads=2, d_ff=32).to(source.device)
    optimizer = _torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(steps):
        train_step(model, optimizer, source, target, 0.0)
    return model
'''


def weights_for(draw: Draw, shapes: Shapes) -> dict[str, Tensor]:
    """Drawn weights of these shapes: maps that keep sizes, scales near 1 and other numbers near 0."""
    weights = {}
    for name, shape in shapes.items():
        scale = 0.4 if len(shape) == 1 else shape[-1] ** -0.5
        weights[name] = draw.normal(*shape, scale=scale) + (1.0 if name.endswith("gamma") else 0.0)
    return weights


def build_layer(
    student: Student, draw: Draw, kind: str, d: int, heads: int, d_ff: int
) -> tuple[Remote, dict[str, Tensor]]:
    """The student's layer of a kind, "encoder" or "decoder", with drawn weights, and those weights."""
    module = student.create(f"{kind.capitalize()}Layer", d, heads, d_ff)
    weights = weights_for(draw, layer_shapes(kind, d, d_ff))
    module.load(weights)
    return module, weights


def build_transformer(
    student: Student, draw: Draw, sizes: tuple[int, int], d: int, heads: int, layers: int
) -> tuple[Remote, dict[str, Tensor]]:
    """The student's Transformer with drawn weights, and those weights; `_encode` and `_decode` call its methods."""
    student.define(MODELS)
    module = student.create("Transformer", *sizes, d_model=d, num_heads=heads, d_ff=2 * d + 1, num_layers=layers)
    weights = weights_for(draw, transformer_shapes(sizes, d, 2 * d + 1, layers))
    module.load(weights)
    return module, weights


def draw_mask(draw: Draw, *shape: int) -> Tensor:
    """A mask in which every query may look at one key at least, and may not look at one at least."""
    ranks = draw.uniform(*shape)
    most, least = ranks.argmax(-1, keepdim=True), ranks.argmin(-1, keepdim=True)
    return (ranks > 0.4).scatter(-1, most, True).scatter(-1, least, False)


def draw_texts(draw: Draw, B: int, T: int, size: int) -> Tensor:
    """(B, T) ids from BOS to EOS, then PAD; lengths differ, and the first row is full."""
    ids = draw.integers(3, size, (B, T))
    ids[:, 0] = BOS
    for row, length in zip(ids, [T, *draw.integers(2, T, (B - 1,)).tolist()], strict=True):
        row[length - 1] = EOS
        row[length:] = PAD
    return ids


def scripted(student: Student, kind: str, tables: Tensor) -> Remote:
    """A scripted model in the student's process: "_ByRow", "_ByPlace" or "_ByPair"."""
    student.define(MODELS)
    return student.create(kind, tables)


def asked(student: Student, model: Remote) -> list[list[list[int]]]:
    """What a scripted model was asked, call by call."""
    questions: list[list[list[int]]] = student.call("_asked", model)
    return questions


def unmoved(before: Tensor, after: object, words: str, atol: float = 1e-5) -> None:
    """Fails unless the student's second answer is the first one (`words`: why it should be)."""
    after = shaped(after, before.shape, words, before.dtype)
    off = ~((after.double() - before.double()).abs() <= atol + 1e-4 * before.double().abs())  # NaN is off, too
    if off.any():
        fail(f"The answer changed at {int(off.sum())} of {off.numel()} places", words, after)


def moved(before: Tensor, after: object, words: str) -> None:
    """Fails unless every row of the second answer differs from the first one's (`words`: why it should)."""
    after = shaped(after, before.shape, words, before.dtype)
    change = (after.double() - before.double()).abs().amax(dim=-1)
    if not (change > 1e-4).all():  # NaN is no change, either
        fail("The answer stayed as it was", words, after)


def unchanged(student: Student, target: str | Remote, names: str, *args: object) -> None:
    """Fails when the call changes an argument in place; `names`: those of the arguments, with spaces between."""
    for name, before, after in zip(names.split(), args, student.inputs_after(target, *args), strict=True):
        if isinstance(before, Tensor) and not (isinstance(after, Tensor) and torch.equal(before, after)):
            words = "arguments left as they were: the caller may still need them"
            fail(f"`{student.last_called}` changed its argument `{name}`", words)


def all_learn(gradients: dict[str, object], names: Shapes, words: str) -> None:
    """Fails unless a gradient reaches each of these parameters."""
    for name in names:
        gradient = gradients.get(name)
        if not (isinstance(gradient, Tensor) and (gradient.abs() > 0).any()):
            fail(f"No gradient reaches {name}", words)
