"""The checks of the exercise `gpu-step`, which need a GPU; collected through test_transformer.py."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.assignments.transformer import oracle
from autograder.assignments.transformer.probes import build_transformer, draw_texts
from autograder.assignments.transformer.test_whole import NEEDS
from autograder.checks import Draw, Remote, Student, close, fail, shaped

#: Relative tolerance: each product is rounded to 11 and to 8 bits, in all layers; the loss is a mean over many of them.
HALF = {torch.float16: 0.01, torch.bfloat16: 0.05}
SIZES, HEADS, LAYERS = (11, 13), 2, 1
LAUNCHES = 3  #: as a multiple of the reference's: what the lesson allows
MODULE = """
class _Step(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, source, target, total):
        return step_loss(self.model, source, target, total)


class _Plain(nn.Module):
    def __init__(self, size, d, depth):
        super().__init__()
        self.table, self.output = nn.Embedding(size, d), nn.Linear(d, size)
        self.layers = nn.ModuleList(nn.Linear(d, d) for _ in range(depth))

    def forward(self, source, given):
        x = self.table(given) + self.table(source).mean(1, keepdim=True)
        for layer in self.layers:
            x = x + torch.relu(layer(x))
        return self.output(x)
"""


@pytest.mark.gpu
@pytest.mark.exercise("gpu-step", needs=(*NEEDS, "transformer"), bonus=2)
class TestStepLoss:
    @pytest.mark.check(weight=2, core=True)
    def test_value(self, student: Student, draw: Draw) -> None:
        """Cross-entropy, summed over the real targets and divided by the total of the batch."""
        step, weights = _build(student, draw)
        source, target = _texts(draw)
        for total in (int((target[:, 1:] != oracle.PAD).sum()), 97):
            found = student.step(step, source, target, torch.tensor(total)).result
            words = f"the cross-entropy of the real targets, without smoothing, summed and divided by total = {total}"
            close(found, _loss(weights, source, target, total), words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check(weight=2, core=True)
    def test_parts(self, student: Student, draw: Draw) -> None:
        """The shares of the parts sum to the loss of the batch, however many tokens a part has."""
        step, weights = _build(student, draw)
        source, target = _texts(draw)
        total = int((target[:, 1:] != oracle.PAD).sum())
        parts = [(source[rows], target[rows]) for rows in (slice(0, 1), slice(1, 3), slice(3, 6))]
        found = [student.step(step, *part, torch.tensor(total)).result for part in parts]
        whole = torch.stack([shaped(share, (), "a number for each part") for share in found]).sum()
        words = "shares of parts of 1, 2 and 3 texts that sum to the mean over all real targets"
        close(whole, _loss(weights, source, target, total), words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw, reference: Student) -> None:
        """Its gradient reaches the model's parameters."""
        step, weights = _build(student, draw)
        ours, _ = _build(reference, draw)
        ours.load({f"model.{name}": value for name, value in weights.items()})
        inputs = (*_texts(draw), torch.tensor(41))
        found, expected = (who.parameter_gradients(it, *inputs) for who, it in ((student, step), (reference, ours)))
        for name in ("model.output.weight", "model.source_embedding.table.weight"):
            words = f"for {name.removeprefix('model.')} the gradient of the sum that was divided by total = 41"
            close(found.get(name), expected[name], words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check(weight=2, core=True)
    def test_half_precision(self, student: Student, draw: Draw) -> None:
        """Model and loss are right under autocast, in float16 and in bfloat16."""
        step, weights = _build(student, draw)
        source, target = _texts(draw)
        expected = _loss(weights, source, target, 30)
        for dtype, rtol in HALF.items():
            found = student.step(step, source, target, torch.tensor(30), autocast=dtype).result
            words = f"about the same loss under autocast with {dtype} as in float32"
            close(shaped(found, (), words).float(), expected, words, rtol=rtol)

    @pytest.mark.check
    def test_stays_on_the_device(self, student: Student, draw: Draw) -> None:
        """The loss stays on the device, as a tensor of shape ()."""
        step, _ = _build(student, draw)
        found = student.step(step, *_texts(draw), torch.tensor(30))
        shaped(found.result, (), "a tensor of shape ()")
        if found.strays:
            fail("Model and texts are on the GPU, and the loss is on the CPU", "a loss that stays where the model is")

    @pytest.mark.check(weight=2)
    def test_never_waits(self, student: Student, draw: Draw) -> None:
        """Reads no value, forward or backward, for which it would have to wait for the GPU."""
        step, _ = _build(student, draw)
        waits = student.step(step, *_texts(draw), torch.tensor(30), backward=True).syncs
        if waits:
            words = "no `.item()`, no `if` on a tensor, nothing picked by a mask, no copy from or to the CPU"
            fail(f"Python had to wait for the GPU {waits} times", words)

    @pytest.mark.check
    def test_launches(self, student: Student, draw: Draw, reference: Student) -> None:
        """Asks for a few large operations, and not for many small ones."""
        inputs = (draw_texts(draw, 16, 24, SIZES[0]), draw_texts(draw, 16, 24, SIZES[1]), torch.tensor(30))
        launches, enough = (who.step(_plain(who), *inputs).launches for who in (student, reference))
        if launches > LAUNCHES * enough:
            came = f"{launches} operations were launched for 16 texts of 24 tokens"
            fail(came, f"no more than {LAUNCHES} times the {enough} that suffice: all texts and all places together")

    @pytest.mark.check
    def test_compiles(self, student: Student, draw: Draw) -> None:
        """Model and loss become one graph under torch.compile, and still give the right number."""
        step, weights = _build(student, draw)
        source, target = draw_texts(draw, 2, 4, SIZES[0]), draw_texts(draw, 2, 5, SIZES[1])  # few: loops are unrolled
        found = student.step(step, source, target, torch.tensor(30), compiled=True).result
        close(found, _loss(weights, source, target, 30), "the same loss when it is compiled", rtol=1e-3, atol=1e-4)


def _build(student: Student, draw: Draw) -> tuple[Remote, dict[str, Tensor]]:
    """The student's `step_loss` on their own Transformer, as a module; and the model's drawn weights."""
    model, weights = build_transformer(student, draw, SIZES, 4 * HEADS, HEADS, LAYERS)
    student.define(MODULE)
    return student.create("_Step", model), weights


def _plain(student: Student) -> Remote:
    """The student's `step_loss` on a model of ours, so that only what the loss itself launches makes a difference."""
    student.define(MODULE)
    return student.create("_Step", student.create("_Plain", SIZES[1], 8, 8))


def _texts(draw: Draw) -> tuple[Tensor, Tensor]:
    """Source (6, Ts) and target (6, Tt), with pads in both."""
    Ts, Tt = draw.sizes(2, low=6, high=9)
    return draw_texts(draw, 6, Ts, SIZES[0]), draw_texts(draw, 6, Tt, SIZES[1])


def _loss(weights: dict[str, Tensor], source: Tensor, target: Tensor, total: int) -> Tensor:
    """The summed cross-entropy of the real targets, by torch's own layers with these weights, divided by the total."""
    logits = oracle.transformer(weights, HEADS, LAYERS, source, target[:, :-1])
    real = target[:, 1:] != oracle.PAD
    return F.cross_entropy(logits[real], target[:, 1:][real], reduction="sum") / total
