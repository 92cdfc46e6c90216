"""The checks of the exercises `mlm-head`, `count-parameters` and `to-transformers`; collected through test_bert.py."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from autograder.assignments.bert import oracle
from autograder.assignments.bert.oracle import IGNORED, Sizes
from autograder.assignments.bert.probes import all_learn, build, config, draw_batch, draw_sizes, unchanged
from autograder.checks import Draw, Remote, Student, close, fail, same

CHAIN = ("bert-embeddings", "bert-layer", "bert-encoder")


@pytest.mark.exercise("mlm-head", needs=CHAIN)
class TestMaskedLM:
    @pytest.mark.check(weight=2, core=True)
    def test_logits(self, student: Student, draw: Draw) -> None:
        """Dense, GELU, norm, and the product with every row of the table of words."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes)
        batch = draw_batch(draw, 4, sizes)
        expected, real = oracle.masked_lm(weights, sizes.num_heads, *batch), batch[2]
        words = "GELU(dense(hidden)), normed, times the embeddings' table of words, plus the bias (at real tokens)"
        close(module(*batch)[real], expected[real], words, rtol=1e-3, atol=1e-2)

    @pytest.mark.check
    def test_tied(self, student: Student, draw: Draw) -> None:
        """The table of words is one parameter with two uses."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes)
        if extra := sorted(set(module.state()) - set(weights)):
            fail(f"There are {len(extra)} parameters that were not given", "no second table: it is the embeddings' own")
        ids, segments, mask = draw_batch(draw, 3, sizes)
        absent = int(ids.max()) + 1 if int(ids.max()) + 1 < sizes.vocab_size else oracle.UNK
        upstream = draw.normal(*ids.shape, sizes.vocab_size)
        gradients = student.parameter_gradients(module, ids, segments, mask, upstream=upstream)
        table = gradients.get("bert.embeddings.words.weight")
        if not (isinstance(table, Tensor) and (table[absent].abs() > 0).any()):
            fail(
                "A word that is not in the texts learns nothing",
                "gradients for the table from its use in guessing, too",
            )

    @pytest.mark.check
    def test_all_learn(self, student: Student, draw: Draw) -> None:
        """Every parameter gets a gradient."""
        sizes = draw_sizes(draw)
        module, weights = self.build(student, draw, sizes)
        batch = draw_batch(draw, 3, sizes)
        names: oracle.Shapes = {name: () for name in weights if not name.endswith("W_k.bias")}  # that one never matters
        upstream = draw.normal(*batch[0].shape, sizes.vocab_size)
        gradients = student.parameter_gradients(module, *batch, upstream=upstream)
        all_learn(gradients, names, "a gradient for every parameter")

    @pytest.mark.check(weight=2, core=True)
    def test_loss(self, student: Student, draw: Draw) -> None:
        """The loss is averaged over the places that are asked for."""
        B, T, V = draw.sizes(3, low=4)
        logits, labels = draw.normal(B, T, V, scale=2.0), self.labels(draw, B, T, V)
        words = "minus the log-probability of the label, averaged over the places whose label is not -100"
        close(student.call("masked_lm_loss", logits, labels), oracle.masked_lm_loss(logits, labels), words, rtol=1e-3)

    @pytest.mark.check
    def test_unasked_places(self, student: Student, draw: Draw) -> None:
        """Places that are not asked for count neither above nor below the line."""
        B, T, V = draw.sizes(3, low=4)
        logits, labels = draw.normal(B, T, V), self.labels(draw, B, T, V)
        before = student.call("masked_lm_loss", logits, labels)
        more = torch.cat([logits, draw.normal(B, 5, V, scale=3.0)], 1)
        after = student.call("masked_lm_loss", more, torch.nn.functional.pad(labels, (0, 5), value=IGNORED))
        close(after, before, "the same loss with five more places that nobody asks for")

    @pytest.mark.check
    def test_loss_gradients(self, student: Student, draw: Draw) -> None:
        """Gradients reach the logits that are asked for, and no others."""
        logits, labels = draw.normal(3, 6, 8), self.labels(draw, 3, 6, 8)
        leaf = logits.clone().requires_grad_()
        oracle.masked_lm_loss(leaf, labels).backward()  # type: ignore[no-untyped-call]
        assert leaf.grad is not None
        (gradient,) = student.gradients("masked_lm_loss", logits, labels, wrt=(0,))
        close(gradient, leaf.grad, "softmax minus the true token, divided by the number of places asked for", rtol=1e-3)

    @pytest.mark.check
    def test_large_logits(self, student: Student, draw: Draw) -> None:
        """Stays finite for large scores."""
        logits, labels = draw.normal(3, 5, 7, scale=300.0), self.labels(draw, 3, 5, 7)
        words = "a finite loss: the log of a softmax overflows where log_softmax does not"
        close(student.call("masked_lm_loss", logits, labels), oracle.masked_lm_loss(logits, labels), words, rtol=1e-3)

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves what it is given as it was."""
        sizes = draw_sizes(draw)
        module, _ = self.build(student, draw, sizes)
        unchanged(student, module, "ids segments attention_mask", *draw_batch(draw, 3, sizes))
        unchanged(student, "masked_lm_loss", "logits labels", draw.normal(3, 6, 8), self.labels(draw, 3, 6, 8))

    @staticmethod
    def labels(draw: Draw, B: int, T: int, V: int) -> Tensor:
        """Labels, most of them -100; the rest may be any token, of number 0 as well."""
        labels = draw.integers(0, V, (B, T)).where(draw.boolean(B, T, p=0.4), torch.tensor(IGNORED))
        labels[0, 0], labels[0, 1], labels[1, 0] = 0, V - 1, IGNORED
        return labels

    @staticmethod
    def build(student: Student, draw: Draw, sizes: Sizes) -> tuple[Remote, dict[str, Tensor]]:
        """The module, and its weights."""
        return build(student, draw, "MaskedLM", sizes, oracle.masked_lm_shapes(sizes))


BASE = Sizes(30522, 768, 12, 12, 3072, 512)
LARGE = Sizes(30522, 1024, 24, 16, 4096, 512)


@pytest.mark.exercise("count-parameters")
class TestCountParameters:
    @pytest.mark.check(weight=2, core=True)
    def test_drawn(self, student: Student, draw: Draw) -> None:
        """Counts a small BERT of any shape."""
        for layers in (1, 4):
            sizes = dataclasses.replace(draw_sizes(draw, layers), num_segments=draw.choice((1, 3)))
            self.compare(student, sizes, "tables, layers and pooler, with all biases and norms")

    @pytest.mark.check(weight=2, core=True)
    def test_published(self, student: Student, draw: Draw) -> None:
        """Counts BERT-base and BERT-large."""
        self.compare(student, BASE, "the 109,482,240 parameters of BERT-base")
        self.compare(student, LARGE, "the 335,141,888 parameters of BERT-large")

    @pytest.mark.check
    def test_no_layers(self, student: Student, draw: Draw) -> None:
        """Without a layer, tables, their norm and the pooler are left."""
        self.compare(student, draw_sizes(draw, 0), "three tables, one norm, and the pooler")

    @pytest.mark.check
    def test_a_layer(self, student: Student, draw: Draw) -> None:
        """A further layer costs what a layer has, however many heads it is cut into."""
        sizes = draw_sizes(draw)
        more = dataclasses.replace(sizes, num_layers=3, num_heads=1)
        counts = [self.ask(student, each) for each in (sizes, more)]
        expected = oracle.count_parameters(more) - oracle.count_parameters(sizes)
        if counts[1] - counts[0] != expected:
            fail(f"A layer more makes {counts[1] - counts[0]} more", "four maps, two maps and two norms, with biases")

    @staticmethod
    def ask(student: Student, sizes: Sizes) -> int:
        """The student's count."""
        count = student.call("count_parameters", config(student, sizes))
        if isinstance(count, bool) or not isinstance(count, int):
            fail("Something else than an int came back", "a plain int", count)
        return count

    def compare(self, student: Student, sizes: Sizes, words: str) -> None:
        """Fails unless the student's count is right."""
        count, expected = self.ask(student, sizes), oracle.count_parameters(sizes)
        if count != expected:
            fail(f"It is off by {count - expected}", words)


@pytest.mark.exercise("to-transformers")
class TestTransformersName:
    @pytest.mark.check(weight=2, core=True)
    def test_layers(self, student: Student, draw: Draw) -> None:
        """The parameters of a layer, whatever its number."""
        for number in (0, int(draw.integers(1, 10, ())), int(draw.integers(10, 24, ()))):
            self.compare(student, oracle.names_in_layer(number))

    @pytest.mark.check(weight=1, core=True)
    def test_outside(self, student: Student, draw: Draw) -> None:
        """The embeddings, and the head."""
        self.compare(student, oracle.OUTSIDE)

    @pytest.mark.check
    def test_no_name_twice(self, student: Student, draw: Draw) -> None:
        """Every parameter has a name of its own over there."""
        ours = [*oracle.OUTSIDE, *oracle.names_in_layer(1), *oracle.names_in_layer(11)]
        theirs = [student.call("transformers_name", name) for name in ours]
        if len({str(name) for name in theirs}) != len(ours):
            fail("Two parameters get the same name", "a name of its own for each, or one overwrites the other")

    @staticmethod
    def compare(student: Student, names: dict[str, str]) -> None:
        """Fails at the first name that is another one; the table stands in the lesson, so it may be told."""
        for ours, theirs in names.items():
            same(student.call("transformers_name", ours), theirs, f"{theirs!r} for {ours!r}")
