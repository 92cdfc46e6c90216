"""The checks of the exercises `pre-train`, `classifier` and `fine-tune`; collected through test_bert.py."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.assignments.bert import oracle
from autograder.assignments.bert.oracle import IGNORED, MASK, Sizes
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

V = 19
SIZES = Sizes(V, 8, 2, 2, 12, 12)
HOWS = ("from scratch", "frozen encoder", "everything")


class Step:
    """A table in the student's process, and its twin on this side, which follows with torch's own optimizer.

    `mask_tokens` gives what is scripted, so that both know what is asked for.
    """

    def __init__(self, student: Student, draw: Draw, momentum: float = 0.0) -> None:
        student.define(HELPERS)
        self._student, self._momentum = student, momentum
        self.batch = draw_batch(draw, 5, SIZES)
        ids, _, real = self.batch
        chosen = draw.boolean(*ids.shape, p=0.4) & real & (ids > MASK)
        chosen[0, 1] = True
        self.labels = torch.where(chosen, ids, IGNORED)
        self.inputs = torch.where(chosen & draw.boolean(*ids.shape, p=0.7), MASK, ids)
        student.script("mask_tokens", [(self.inputs, self.labels)])
        self._tables = [draw.normal(V, V).requires_grad_(), draw.normal(4, V).requires_grad_()]
        self.model: Remote = student.create("_Table", *[table.detach() for table in self._tables])
        self.optimizer: Remote = student.create("_sgd", self.model, 0.9, momentum)
        self._own = torch.optim.SGD(self._tables, lr=0.9, momentum=momentum)

    def loss(self) -> Tensor:
        """The twin's loss."""
        _, segments, real = self.batch
        logits = self._tables[0][self.inputs] + self._tables[1][segments + 2 * real]
        return oracle.masked_lm_loss(logits, self.labels)

    def run(self) -> Any:
        """The student's step."""
        return self._student.call("_pretrain", self.model, self.optimizer, *self.batch, V, 3)

    def follow(self) -> None:
        """The twin's step."""
        self._own.zero_grad()
        self.loss().backward()  # type: ignore[no-untyped-call]
        self._own.step()

    def compare(self, words: str) -> None:
        """Fails unless both have the same parameters."""
        state = self.model.state()
        for name, table in zip(("table", "more"), self._tables, strict=True):
            close(state[name], table.detach(), words, rtol=1e-3, atol=1e-4)


@pytest.mark.exercise("pre-train", needs=("mask-tokens", "mlm-head"))
class TestPretrain:
    @pytest.mark.check(weight=2, core=True)
    def test_loss(self, student: Student, draw: Draw) -> None:
        """Returns the loss of the hidden words before the step, as a float."""
        step = Step(student, draw)
        for _ in range(2):
            near(step.run(), step.loss().item(), "the loss of what mask_tokens asks for, before this step")
            step.follow()

    @pytest.mark.check(weight=2, core=True)
    def test_steps(self, student: Student, draw: Draw) -> None:
        """Moves the parameters down the gradient of this batch, as the optimizer says."""
        step = Step(student, draw, momentum=draw.choice((0.5, 0.9)))
        for count in (1, 2, 3):
            step.run()
            step.follow()
            step.compare(f"the parameters after step {count}, each with fresh gradients and by the optimizer given")

    @pytest.mark.check
    def test_what_the_model_sees(self, student: Student, draw: Draw) -> None:
        """The model is given the inputs with hidden words, once, with segments and mask."""
        step = Step(student, draw)
        step.run()
        asked = student.call("_asked", step.model)
        if len(asked) != 1:
            fail(f"The model was called {len(asked)} times", "one call of the model in a step")
        words = ("the inputs that mask_tokens gives", "the segments of the batch", "the attention mask of the batch")
        for seen, expected, what in zip(asked[0], (step.inputs, *step.batch[1:]), words, strict=True):
            same(seen, expected.tolist(), what)

    @pytest.mark.check
    def test_what_is_hidden(self, student: Student, draw: Draw) -> None:
        """mask_tokens gets the ids, the size of the vocabulary and the generator; the batch stays as it was."""
        step = Step(student, draw)
        after = student.inputs_after("_pretrain", step.model, step.optimizer, *step.batch, V, 3)
        for before, now in zip(step.batch, after[2:5], strict=True):
            same(now, before, "the batch as it was: the next epoch needs its words again")
        args, kwargs = student.calls("mask_tokens")[0]
        given = [*args, *kwargs.values()]
        same(given[0], step.batch[0], "the ids of the batch, given to mask_tokens")
        if len(given) < 3 or V not in [each for each in given if isinstance(each, int)]:
            fail("mask_tokens was given something else", "ids, vocab_size and the generator")

    @pytest.mark.check(weight=1, core=True)
    def test_accuracy(self, student: Student, draw: Draw) -> None:
        """The share of first guesses that are right, among the places asked for."""
        B, T, size = draw.sizes(3, low=5)
        truth = draw.integers(0, size, (B, T))
        labels = torch.where(draw.boolean(B, T, p=0.5), truth, IGNORED)
        labels[0, 0] = truth[0, 0]
        guessed = torch.where(draw.boolean(B, T, p=0.6), truth, draw.integers(0, size, (B, T)))
        logits = draw.uniform(B, T, size).scatter(-1, guessed[..., None], 2.0)
        asked = labels != IGNORED
        expected = (guessed == truth)[asked].double().mean().item()
        near(student.call("masked_accuracy", logits, labels), expected, "right guesses over places asked for")

    @pytest.mark.check
    def test_accuracy_of_one(self, student: Student, draw: Draw) -> None:
        """One place asked for is right or wrong, whatever is guessed elsewhere."""
        logits = draw.normal(3, 4, 7)
        for guess in (0, 1):
            labels = torch.full((3, 4), IGNORED)
            labels[1, 2] = int(logits[1, 2].argsort(descending=True)[guess])
            near(student.call("masked_accuracy", logits, labels), 1.0 - guess, f"{1 - guess}.0: one place is asked for")


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
        tables = [draw.normal(V, 3).requires_grad_(), draw.normal(4, 3).requires_grad_()]
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
        """When everything is trained, everything moves, and the pre-trained weights themselves stay as they were."""
        module, _ = self.build(student, draw)
        weights = weights_for(draw, oracle.masked_lm_shapes(SIZES))
        kept = student.inputs_after("_prepare", module, weights, "everything")[1]
        for name, each in weights.items():
            same(kept.get(name), each, "the weights as they were: the next experiment begins with them again")
        before = module.state()
        self.tune(student, draw, module, "everything", 2)
        after = module.state()
        for name in ("bert.layers.0.W_1.weight", "bert.embeddings.norm.weight", "output.weight"):
            if torch.equal(shaped(after[name], before[name].shape, name), before[name]):
                fail(f"`{name}` did not move", "all of the classifier trained")

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
