"""How the checks of this lesson ask: weights to load, inputs to draw, and answers that must (not) move.

Keras lives in the student's process alone. Here, tensors are torch's; so are those of the layers on the way in and out,
Keras's backend being torch.
"""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.assignments.keras.oracle import PAD, Shapes, block_shapes, classifier_shapes, embedding_shapes
from autograder.checks import Draw, Remote, Student, fail, shaped

#: Beside the student's layers: what loads and reads their weights, by the notebook's own helpers.
HELPERS = '''
import keras as _keras
import torch as _torch


def _loaded(layer, weights, *inputs):
    """Load weights after a first call; the names of those that the layer does not have."""
    layer(*inputs)
    own = variables_of(layer)
    set_weights(layer, {name: value for name, value in weights.items() if name in own})
    return [name for name in weights if name not in own]


def _weights(layer):
    return {name: _torch.tensor(value) for name, value in weights_of(layer).items()}


def _pulls(layer, upstream, *inputs):
    """How strong a gradient arrives at each weight."""
    variables = variables_of(layer)
    for variable in variables.values():
        variable.value.grad = None
    layer(*inputs).backward(upstream)
    gradients = {name: variable.value.grad for name, variable in variables.items()}
    return {name: 0.0 if each is None else each.abs().max().item() for name, each in gradients.items()}


def _is_same(one, other):
    return one is other


class _Table(_keras.Model):
    """Logits from a table: those of the text's first token."""

    def __init__(self, rows, num_classes):
        super().__init__()
        self.table = _keras.layers.Embedding(rows, num_classes)

    def call(self, ids):
        return self.table(ids[:, 0])


def _table(start):
    model = _Table(*start.shape)
    model(_torch.zeros(1, 1, dtype=_torch.int64))
    set_weights(model.table, {"embeddings": start})
    return model


def _evaluated(model, ids, classes):
    found = model.evaluate(ids.numpy(), classes.numpy(), batch_size=len(ids), verbose=0, return_dict=True)
    return {name: float(value) for name, value in found.items()}


def _stepped(model, ids, classes, steps):
    """The table after some steps on one batch."""
    model.fit(ids.numpy(), classes.numpy(), batch_size=len(ids), epochs=steps, shuffle=False, verbose=0)
    return _weights(model.table)["embeddings"]


def _theirs(sizes, state, epsilon):
    """A PyTorch model with these weights, whose norms have this epsilon."""
    model = TorchClassifier(**sizes)
    model.load_state_dict(state)
    for part in model.modules():
        if isinstance(part, _torch.nn.LayerNorm):
            part.eps = epsilon
    return model


def _attention(d_model, num_heads, state):
    model = _torch.nn.MultiheadAttention(d_model, num_heads)
    model.load_state_dict(state)
    return model


def _as_tensors(weights):
    return {name: _torch.as_tensor(value).detach().float() for name, value in weights.items()}


def _converted(theirs):
    return _as_tensors(attention_weights(theirs))


def _doubled(model):
    """The model's weights, all changed in place."""
    with _torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2.0)
'''


def weights_for(draw: Draw, shapes: Shapes) -> dict[str, Tensor]:
    """Drawn weights of these shapes: maps that keep sizes, scales near 1 and other numbers near 0."""
    weights = {}
    for name, shape in shapes.items():
        kernel = name.endswith("kernel")
        incoming = shape[0] * (shape[1] if name.endswith("output.kernel") else 1)
        scale = incoming**-0.5 if kernel else 1.0 if name.endswith("embeddings") else 0.4
        weights[name] = draw.normal(*shape, scale=scale) + (1.0 if name.endswith("gamma") else 0.0)
    return weights


def _load(student: Student, layer: Remote, weights: dict[str, Tensor], *inputs: Tensor) -> None:
    missing = student.call("_loaded", layer, weights, *inputs)
    if missing:
        part = missing[0].rpartition(".")[0]
        fail(f"`{part}` has no weights after a call: it was never used", "all parts of `__init__` used in `call`")


def build_embedding(
    student: Student, draw: Draw, num_tokens: int, longest: int, d: int
) -> tuple[Remote, dict[str, Tensor]]:
    """The student's embedding with drawn weights, and those weights."""
    student.define(HELPERS)
    layer = student.create("TokenAndPositionEmbedding", num_tokens, longest, d)
    weights = weights_for(draw, embedding_shapes(num_tokens, longest, d))
    _load(student, layer, weights, torch.ones(1, 1, dtype=torch.int64))
    return layer, weights


def build_block(
    student: Student, draw: Draw, d: int, H: int, d_ff: int, epsilon: float = 1e-3
) -> tuple[Remote, dict[str, Tensor]]:
    """The student's block with drawn weights, and those weights."""
    student.define(HELPERS)
    layer = student.create("TransformerBlock", d, H, d_ff, epsilon)
    weights = weights_for(draw, block_shapes(d, H, d_ff))
    load_block(student, layer, weights)
    return layer, weights


def load_block(student: Student, layer: Remote, weights: dict[str, Tensor]) -> None:
    """Loads other weights into a block."""
    d = weights["narrow.bias"].shape[0]
    _load(student, layer, weights, torch.ones(1, 2, d), torch.ones(1, 2, dtype=torch.bool))


def draw_model_sizes(draw: Draw, layers: int, classes: int = 3) -> dict[str, int]:
    """Sizes of a small classifier, all of them different."""
    H, d_ff = draw.sizes(2, low=2, high=4)
    return {
        "num_tokens": 17,
        "longest": 14,
        "d_model": 4 * H,
        "num_heads": H,
        "d_ff": 4 * H + d_ff,
        "num_layers": layers,
        "num_classes": classes,
    }


def build_classifier(
    student: Student, draw: Draw, sizes: dict[str, int], pad: int = PAD
) -> tuple[Remote, dict[str, Tensor]]:
    """The student's classifier with drawn weights, and those weights."""
    student.define(HELPERS)
    model = student.create("Classifier", **sizes, pad=pad)
    weights = weights_for(draw, classifier_shapes(sizes))
    _load(student, model, weights, torch.ones(1, 2, dtype=torch.int64))
    return model, weights


def draw_texts(draw: Draw, B: int, T: int, size: int, pad: int = PAD) -> Tensor:
    """(B, T) ids, then pads (no other id is the pad); lengths differ, and the first row is full."""
    ids = draw.integers(1, size, (B, T))
    ids[ids == pad] = 1 if pad != 1 else 2
    for row, length in zip(ids, [T, *draw.integers(1, T, (B - 1,)).tolist()], strict=True):
        row[length:] = pad
    return ids


def draw_real(draw: Draw, B: int, T: int) -> Tensor:
    """(B, T) bool: True at real places, which are the first ones; row 0 is full, the others are not."""
    lengths = torch.cat([torch.tensor([T]), draw.integers(1, T, (B - 1,))])
    return torch.arange(T) < lengths[:, None]


def unmoved(before: Tensor, after: object, words: str, atol: float = 1e-5) -> None:
    """Fails unless the student's second answer is the first one (`words`: why it should be)."""
    after = shaped(after, before.shape, words, before.dtype)
    off = ~((after.double() - before.double()).abs() <= atol + 1e-4 * before.double().abs())  # NaN is off, too
    if off.any():
        fail(f"The answer changed at {int(off.sum())} of {off.numel()} places", words, after)


def all_learn(student: Student, layer: Remote, upstream: Tensor, *inputs: Tensor) -> None:
    """Fails unless a gradient reaches each weight of a layer (but for the keys' bias, which never matters)."""
    pulls = student.call("_pulls", layer, upstream, *inputs)
    lost = [name for name, pull in pulls.items() if not pull > 0 and not name.endswith("key.bias")]
    if lost:
        fail(f"No gradient reaches {lost[0]}", "a gradient for every weight, or it never learns")
