"""How the checks of this lesson ask: modules with drawn weights, generators that stay over there, steps to follow."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.assignments.bert import oracle
from autograder.assignments.bert.oracle import Shapes, Sizes
from autograder.checks import Draw, Remote, Student, fail, shaped

#: What is run in the student's process: generators cannot cross, and small models note down what they are asked.
HELPERS = '''
import torch as _torch


def _generator(ids, seed):
    near = ids.device.type in ("cpu", "meta")
    return _torch.Generator(device="cpu" if near else ids.device).manual_seed(seed)


def _mask(ids, vocab_size, seed, share=None, elsewhere=0):
    _torch.manual_seed(elsewhere)
    more = {} if share is None else {"share": share}
    return mask_tokens(ids, vocab_size, _generator(ids, seed), **more)


def _mask_twice(ids, vocab_size, seed):
    generator = _generator(ids, seed)
    return [mask_tokens(ids, vocab_size, generator), mask_tokens(ids, vocab_size, generator)]


class _Table(_torch.nn.Module):
    """Scores from a table: a row for the token at each place, and one for the text's segment and mask."""

    def __init__(self, table, more):
        super().__init__()
        self.table, self.more = _torch.nn.Parameter(table), _torch.nn.Parameter(more)
        self.asked = []

    def forward(self, inputs, segments, attention_mask):
        self.asked.append([inputs.tolist(), segments.tolist(), attention_mask.tolist()])
        return self.table[inputs] + self.more[segments + 2 * attention_mask]


class _Whole(_Table):
    """The same for a text as a whole; it has a Classifier's parts, without weights, so that their modes can be set."""

    def __init__(self, table, more):
        super().__init__(table, more)
        self.bert, self.pooler, self.dropout, self.output = (_torch.nn.Identity() for _ in range(4))

    def forward(self, ids, segments, attention_mask):
        return super().forward(ids, segments, attention_mask).mean(1)


def _asked(model):
    return model.asked


def _sgd(model, rate, momentum):
    return _torch.optim.SGD(model.parameters(), lr=rate, momentum=momentum)


def _pretrain(model, optimizer, ids, segments, attention_mask, vocab_size, seed):
    return pretrain_step(model, optimizer, ids, segments, attention_mask, vocab_size, _generator(ids, seed))


def _config(vocab_size, d_model, num_layers, num_heads, d_ff, max_length, num_segments, dropout):
    return Config(vocab_size, d_model, num_layers, num_heads, d_ff, max_length, num_segments, dropout)


def _prepare(classifier, weights, how):
    """-> names of what is to be trained, names of what may move (as sets, sorted), and what the encoder holds."""
    named = list(classifier.named_parameters())
    trained = prepare(classifier, weights, how)
    if not isinstance(trained, list):
        return type(trained).__name__, [], {}
    ids = [id(parameter) for parameter in trained]
    of = {id(each): name for name, each in named}
    names = sorted(of.get(each, "?") for each in ids)
    moving = sorted(name for name, each in named if each.requires_grad)
    return names, moving, {name: each.detach() for name, each in classifier.bert.state_dict().items()}


def _stir(classifier, weights, how):
    """Prepares the classifier, and then moves all of its parameters."""
    prepare(classifier, weights, how)
    with _torch.no_grad():
        for parameter in classifier.parameters():
            parameter.add_(1.0)


def _tune(classifier, batch, classes, how, steps, rate):
    """Prepared elsewhere. -> losses, which parts are in training mode after the last step."""
    optimizer = _torch.optim.AdamW([p for p in classifier.parameters() if p.requires_grad], lr=rate)
    losses = [fine_tune_step(classifier, optimizer, tuple(batch), classes, how) for _ in range(steps)]
    modes = {name or ".": module.training for name, module in classifier.named_modules()}
    return losses, modes
'''


def config(student: Student, sizes: Sizes, dropout: float = 0.0) -> Remote:
    """The student's Config of these sizes."""
    student.define(HELPERS)
    numbers = (sizes.vocab_size, sizes.d_model, sizes.num_layers, sizes.num_heads, sizes.d_ff, sizes.max_length)
    return student.create("_config", *numbers, sizes.num_segments, dropout)


def draw_sizes(draw: Draw, num_layers: int = 2) -> Sizes:
    """Small sizes, all of them different."""
    heads, d_head, more, length = draw.sizes(4, low=2, high=5)
    d = 2 * heads * d_head
    return Sizes(23 + more, d, num_layers, heads, d + 2 * more + 1, 11 + length)


def weights_for(draw: Draw, shapes: Shapes) -> dict[str, Tensor]:
    """Drawn weights of these shapes: maps that keep sizes, norms' scales near 1, and other numbers near 0."""
    weights = {}
    for name, shape in shapes.items():
        scale = 0.4 if len(shape) == 1 else shape[-1] ** -0.5
        middle = 1.0 if name.endswith("norm.weight") else 0.0
        weights[name] = draw.normal(*shape, scale=scale) + middle
    return weights


def build(
    student: Student, draw: Draw, name: str, sizes: Sizes, shapes: Shapes, *more: object, dropout: float = 0.0
) -> tuple[Remote, dict[str, Tensor]]:
    """The student's module of that class with drawn weights, and those weights."""
    module = student.create(name, config(student, sizes, dropout), *more)
    weights = weights_for(draw, shapes)
    module.load(weights)
    return module, weights


def draw_batch(draw: Draw, B: int, sizes: Sizes) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, segments and attention mask of B texts, some with a second one; the first is the longest."""
    most = sizes.max_length - 5
    lengths = [most, *draw.integers(2, most - 2, (B - 1,)).tolist()]
    pairs: list[oracle.Pair] = []
    for i, length in enumerate(lengths):
        row = draw.integers(oracle.MASK + 1, sizes.vocab_size, (length,)).tolist()
        pairs.append((row[: length // 2], row[length // 2 :]) if i % 2 == 0 else (row, None))
    return oracle.build_inputs(pairs)


def draw_mask(draw: Draw, *shape: int) -> Tensor:
    """A mask in which every query may look at one key at least, and may not look at one at least."""
    ranks = draw.uniform(*shape)
    most, least = ranks.argmax(-1, keepdim=True), ranks.argmin(-1, keepdim=True)
    return (ranks > 0.4).scatter(-1, most, True).scatter(-1, least, False)


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
    if not (change > 1e-5).all():  # NaN is no change, either
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


def near(actual: object, expected: float, words: str) -> float:
    """The number that came back; fails unless it is a float, and that one."""
    if not isinstance(actual, float):
        fail("It came back as something other than a float", "a plain float (`.item()`)")
    if not abs(actual - expected) <= 1e-4 + 1e-3 * abs(expected):
        fail(f"It came back as {actual:.4g}", words)
    return actual
