"""The checks of the exercise `pre-train`; collected through test_bert.py."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from autograder.assignments.bert import oracle
from autograder.assignments.bert.oracle import IGNORED, MASK, Sizes
from autograder.assignments.bert.probes import (
    HELPERS,
    draw_batch,
    near,
)
from autograder.checks import Draw, Remote, Student, close, fail, same

V = 19
SIZES = Sizes(V, 8, 2, 2, 12, 12)


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
        same(kwargs["ids"] if "ids" in kwargs else args[0], step.batch[0], "the ids of the batch, given to mask_tokens")
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
