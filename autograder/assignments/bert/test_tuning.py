"""The checks of the exercises `classifier` and `fine-tune`; collected through test_bert.py."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.assignments.bert import oracle
from autograder.assignments.bert.oracle import Sizes
from autograder.assignments.bert.probes import (
    HELPERS,
    all_learn,
    build,
    draw_batch,
    draw_sizes,
    near,
    unmoved,
    weights_for,
)
from autograder.checks import Draw, Remote, Student, close, fail, same, shaped

SIZES = Sizes(19, 8, 2, 2, 12, 12)
HOWS = ("from scratch", "frozen encoder", "everything")


@pytest.mark.exercise("classifier", needs=("bert-embeddings", "bert-layer", "bert-encoder"))
class TestClassifier:
    @pytest.mark.check(weight=2, core=True)
    def test_scores(self, student: Student, draw: Draw) -> None:
        """The state of [CLS], pooler, tanh, output."""
        sizes, classes = draw_sizes(draw), draw.choice((3, 6))
        module, weights = self.build(student, draw, sizes, classes)
        batch = draw_batch(draw, 4, sizes)
        expected = oracle.classifier(weights, sizes.num_heads, *batch)
        close(
            module(*batch),
            expected,
            "output(tanh(pooler(state of [CLS]))): scores (B, num_classes)",
            rtol=1e-3,
            atol=1e-3,
        )

    @pytest.mark.check
    def test_pads(self, student: Student, draw: Draw) -> None:
        """More pads change nothing."""
        sizes = draw_sizes(draw)
        module, _ = self.build(student, draw, sizes, 3)
        ids, segments, mask = draw_batch(draw, 4, sizes)
        before = module(ids, segments, mask)
        after = module(F.pad(ids, (0, 2)), F.pad(segments, (0, 2)), F.pad(mask, (0, 2)))
        unmoved(before, after, "the same scores with two pads more behind every text", 1e-4)

    @pytest.mark.check
    def test_segments(self, student: Student, draw: Draw) -> None:
        """Segments reach the encoder."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes, 3)
        ids, segments, mask = draw_batch(draw, 4, sizes)
        expected = oracle.classifier(weights, sizes.num_heads, ids, 1 - segments, mask)
        close(module(ids, 1 - segments, mask), expected, "scores in which the segments count", rtol=1e-3, atol=1e-3)

    @pytest.mark.check
    def test_dropout(self, student: Student, draw: Draw) -> None:
        """Dropout stands between tanh and output, in training alone."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes, 3, dropout=1.0)
        batch = draw_batch(draw, 4, sizes)
        module.train()
        words = "the output's bias alone, with dropout=1 in training"
        close(module(*batch), weights["output.bias"].expand(4, 3).contiguous(), words)
        module.eval()
        words = "no dropout outside of training"
        close(module(*batch), oracle.classifier(weights, sizes.num_heads, *batch), words, rtol=1e-3, atol=1e-3)

    @pytest.mark.check
    def test_all_learn(self, student: Student, draw: Draw) -> None:
        """Every parameter gets a gradient."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes, 3)
        names: oracle.Shapes = {name: () for name in weights if not name.endswith("W_k.bias")}
        gradients = student.parameter_gradients(module, *draw_batch(draw, 4, sizes), upstream=draw.normal(4, 3))
        all_learn(gradients, names, "a gradient for every parameter")

    @staticmethod
    def build(
        student: Student, draw: Draw, sizes: Sizes, classes: int, dropout: float = 0.0
    ) -> tuple[Remote, dict[str, Tensor]]:
        """The module, and its weights."""
        shapes = oracle.classifier_shapes(sizes, classes)
        return build(student, draw, "Classifier", sizes, shapes, classes, dropout=dropout)


@pytest.mark.exercise("fine-tune", needs=("bert-embeddings", "bert-layer", "bert-encoder", "classifier"))
class TestFineTune:
    @pytest.mark.check(weight=2, core=True)
    def test_weights(self, student: Student, draw: Draw) -> None:
        """The pre-trained encoder arrives, unless it is to begin from scratch; the head stays as it was."""
        for how in HOWS:
            module, own = self.build(student, draw)
            weights = weights_for(draw, oracle.masked_lm_shapes(SIZES))
            _, _, encoder = student.call("_prepare", module, weights, how)
            expected = oracle.within(own if how == "from scratch" else weights, "bert.")
            for name, each in expected.items():
                close(encoder.get(name), each, f"{how}: the {'own' if how == 'from scratch' else 'pre-trained'} {name}")
            state = module.state()
            for name in ("pooler.weight", "output.bias"):
                close(state[name], own[name], f"{how}: {name} as it was")

    @pytest.mark.check(weight=2, core=True)
    def test_what_is_trained(self, student: Student, draw: Draw) -> None:
        """What is handed to the optimizer: everything, or what stands on the frozen encoder."""
        for how in HOWS:
            module, own = self.build(student, draw)
            weights = weights_for(draw, oracle.masked_lm_shapes(SIZES))
            trained, moving, _ = student.call("_prepare", module, weights, how)
            expected = sorted(name for name in own if how != "frozen encoder" or not name.startswith("bert."))
            if not isinstance(trained, list):
                fail("No list came back", "a list of the parameters to train")
            same(trained, expected, f"{how}: {len(expected)} parameters, each of them once")
            same(moving, expected, f"{how}: requires_grad for these, and for no others")

    @pytest.mark.check(weight=2, core=True)
    def test_step(self, student: Student, draw: Draw) -> None:
        """A step: cross-entropy, fresh gradients, and the optimizer that is given."""
        student.define(HELPERS)
        tables = [draw.normal(SIZES.vocab_size, 3).requires_grad_(), draw.normal(4, 3).requires_grad_()]
        module = student.create("_Whole", *[table.detach() for table in tables])
        optimizer, own = student.create("_sgd", module, 0.8, 0.5), torch.optim.SGD(tables, lr=0.8, momentum=0.5)
        (ids, segments, mask), classes = draw_batch(draw, 5, SIZES), draw.integers(0, 3, (5,))
        for count in (1, 2, 3):
            loss = F.cross_entropy((tables[0][ids] + tables[1][segments + 2 * mask]).mean(1), classes)
            got = student.call("fine_tune_step", module, optimizer, (ids, segments, mask), classes, "everything")
            near(got, loss.item(), "the cross-entropy before this step, averaged over the batch, as a float")
            own.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            own.step()
            close(
                module.state()["table"], tables[0].detach(), f"the parameters after step {count}", rtol=1e-3, atol=1e-4
            )

    @pytest.mark.check
    def test_modes(self, student: Student, draw: Draw) -> None:
        """Dropout is on in what is trained, and off in what is frozen, also after an evaluation."""
        for how in HOWS:
            module, _ = self.build(student, draw, dropout=0.3)
            student.call("_prepare", module, weights_for(draw, oracle.masked_lm_shapes(SIZES)), how)
            module.eval()
            _, modes = self.tune(student, draw, module, how, 1)
            for name, training in modes.items():
                if name not in (".", "bert") and training is (how == "frozen encoder" and name.startswith("bert.")):
                    fail(f"{how}: `{name}` is in {'training' if training else 'evaluation'} mode", self.words(training))

    @staticmethod
    def words(training: bool) -> str:
        """What is wrong with a mode."""
        if training:
            return "evaluation mode for all of a frozen encoder: its dropout would go on shaking what it says"
        return "training mode for all that is trained"

    @pytest.mark.check
    def test_frozen_stays(self, student: Student, draw: Draw) -> None:
        """After some steps the frozen encoder is what it was, norms and all; the rest has moved."""
        module, _ = self.build(student, draw, dropout=0.3)
        weights = weights_for(draw, oracle.masked_lm_shapes(SIZES))
        student.call("_prepare", module, weights, "frozen encoder")
        before = module.state()
        self.tune(student, draw, module, "frozen encoder", 3)
        after = module.state()
        for name, each in before.items():
            if name.startswith("bert."):
                same(after[name], each, f"a frozen encoder: {name} as it was before the steps")
        for name in ("pooler.weight", "output.weight"):
            if torch.equal(after[name], before[name]):
                fail(f"`{name}` did not move", "pooler and output trained: they stand on the frozen encoder")

    @pytest.mark.check
    def test_everything_moves(self, student: Student, draw: Draw) -> None:
        """When everything is trained, everything moves."""
        module, _ = self.build(student, draw)
        weights = weights_for(draw, oracle.masked_lm_shapes(SIZES))
        student.call("_prepare", module, weights, "everything")
        before = module.state()
        self.tune(student, draw, module, "everything", 2)
        after = module.state()
        for name in ("bert.layers.0.W_1.weight", "bert.embeddings.norm.weight", "output.weight"):
            if torch.equal(shaped(after[name], before[name].shape, name), before[name]):
                fail(f"`{name}` did not move", "all of the classifier trained")

    @pytest.mark.check
    def test_weights_unchanged(self, student: Student, draw: Draw) -> None:
        """The pre-trained weights stay as they were, also when the classifier moves."""
        weights = weights_for(draw, oracle.masked_lm_shapes(SIZES))
        for how in HOWS:
            module, _ = self.build(student, draw)
            kept = student.inputs_after("_stir", module, weights, how)[1]
            for name, each in weights.items():
                same(kept.get(name), each, f"{how}: copied weights; the next experiment needs them as well")

    @staticmethod
    def build(student: Student, draw: Draw, dropout: float = 0.0) -> tuple[Remote, dict[str, Tensor]]:
        """A classifier of two classes, and its weights."""
        return build(student, draw, "Classifier", SIZES, oracle.classifier_shapes(SIZES, 2), 2, dropout=dropout)

    @staticmethod
    def tune(student: Student, draw: Draw, module: Remote, how: str, steps: int) -> tuple[list[float], dict[str, bool]]:
        """Losses, and modes, after some steps."""
        batch, classes = draw_batch(draw, 4, SIZES), draw.integers(0, 2, (4,))
        losses, modes = student.call("_tune", module, list(batch), classes, how, steps, 0.01)
        return losses, modes
