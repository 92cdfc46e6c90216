"""The checks of the model, of its training, and of the port; collected through test_keras.py."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.assignments.keras import oracle
from autograder.assignments.keras.probes import (
    HELPERS,
    all_learn,
    build_classifier,
    draw_model_sizes,
    draw_texts,
    unmoved,
    weights_for,
)
from autograder.checks import Draw, Remote, Student, close, fail

LAYERS = ("token-and-position-embedding", "transformer-block")


@pytest.mark.exercise("classifier", needs=LAYERS)
class TestClassifier:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Embedding, all blocks, norm, the mean over real tokens, scores."""
        sizes = draw_model_sizes(draw, layers=2)
        model, weights = build_classifier(student, draw, sizes)
        ids = draw_texts(draw, 5, 9, sizes["num_tokens"])
        words = "the logits (B, C) that torch's own layers give with the same weights"
        close(model(ids), oracle.classifier(weights, sizes, ids), words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check(weight=2, core=True)
    def test_more_pads(self, student: Student, draw: Draw) -> None:
        """Pads make no difference, however many there are."""
        sizes = draw_model_sizes(draw, layers=2)
        model, weights = build_classifier(student, draw, sizes)
        ids = draw.integers(1, sizes["num_tokens"], (5, 6))
        padded = F.pad(ids, (0, 4), value=oracle.PAD)
        words = "the same logits with four pads more behind every text"
        close(model(ids), oracle.classifier(weights, sizes, ids), words, rtol=1e-3, atol=1e-4)
        unmoved(model(ids), model(padded), words)

    @pytest.mark.check
    def test_alone(self, student: Student, draw: Draw) -> None:
        """A text gets in a batch what it gets alone."""
        sizes = draw_model_sizes(draw, layers=1)
        model, _ = build_classifier(student, draw, sizes)
        ids = draw_texts(draw, 4, 8, sizes["num_tokens"])
        whole = model(ids)
        for row, logits in zip(ids, whole, strict=True):
            alone = model(row[None, : int((row != oracle.PAD).sum())])
            unmoved(alone, logits[None], "for a text in a batch what it gets alone")

    @pytest.mark.check
    def test_pad(self, student: Student, draw: Draw) -> None:
        """What a pad is, `pad` says; with pad=-1 there is none."""
        sizes = draw_model_sizes(draw, layers=1)
        for pad in (5, -1):
            model, weights = build_classifier(student, draw, sizes, pad)
            ids = draw_texts(draw, 4, 7, sizes["num_tokens"], pad) if pad > 0 else draw.integers(0, 4, (4, 7))
            words = f"pads are the tokens that equal self.pad, here {pad}"
            close(model(ids), oracle.classifier(weights, sizes, ids, pad=pad), words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_blocks(self, student: Student, draw: Draw) -> None:
        """As many blocks as are asked for: none, one, three."""
        for layers in (0, 1, 3):
            sizes = draw_model_sizes(draw, layers)
            model, weights = build_classifier(student, draw, sizes)
            ids = draw.integers(1, sizes["num_tokens"], (4, 7))
            words = f"a model with num_layers={layers}, each block a step of its own"
            close(model(ids), oracle.classifier(weights, sizes, ids), words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_single_token(self, student: Student, draw: Draw) -> None:
        """Works on one text of one token, and for any number of classes."""
        for classes in (1, 5):
            sizes = draw_model_sizes(draw, 1, classes)
            model, weights = build_classifier(student, draw, sizes)
            ids = draw.integers(1, sizes["num_tokens"], (1, 1))
            words = f"logits (1, {classes})"
            close(model(ids), oracle.classifier(weights, sizes, ids), words, rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_all_learn(self, student: Student, draw: Draw) -> None:
        """Every weight gets a gradient."""
        sizes = draw_model_sizes(draw, layers=2)
        model, _ = build_classifier(student, draw, sizes)
        ids = draw.integers(1, sizes["num_tokens"], (12, 9))
        all_learn(student, model, draw.normal(12, 3), ids)


def compiled(student: Student, start: Tensor, rate: float) -> Remote:
    """A table of logits, made ready to train by the student."""
    student.define(HELPERS)
    model = student.create("_table", start)
    ready = student.call("ready_to_train", model, rate)
    if not isinstance(ready, Remote) or not student.call("_is_same", model, ready):
        fail("`ready_to_train` returned something else than the model it was given", "the same model, compiled")
    return ready


def draw_answers(draw: Draw) -> tuple[Tensor, Tensor, Tensor]:
    """Logits (rows, C), ids (B, 1) and classes (B,), of which some are right."""
    B, C = 3 * draw.sizes(1, low=4)[0], draw.sizes(1, low=3, high=6)[0]
    start = 2 * draw.normal(7, C)
    ids = draw.integers(0, 7, (B, 1))
    right = start[ids[:, 0]].argmax(-1)
    return start, ids, torch.where(torch.arange(B) % 3 == 0, (right + 1) % C, right)


@pytest.mark.exercise("compile")
class TestReadyToTrain:
    @pytest.mark.check(weight=2, core=True)
    def test_loss(self, student: Student, draw: Draw) -> None:
        """The loss is the mean cross-entropy of logits."""
        start, ids, classes = draw_answers(draw)
        model = compiled(student, start, 0.01)
        found = student.call("_evaluated", model, ids, classes)
        expected = F.cross_entropy(start[ids[:, 0]], classes)
        words = "the cross-entropy of LOGITS and integer classes, the mean over the texts"
        close(torch.tensor(found.get("loss", torch.nan)), expected, words, rtol=1e-3)

    @pytest.mark.check
    def test_accuracy(self, student: Student, draw: Draw) -> None:
        """The share of right answers is reported as "accuracy"."""
        start, ids, classes = draw_answers(draw)
        found = student.call("_evaluated", compiled(student, start, 0.01), ids, classes)
        if "accuracy" not in found:
            fail("No metric is called accuracy", 'metrics=["accuracy"]')
        share = (start[ids[:, 0]].argmax(-1) == classes).float().mean()
        close(torch.tensor(found["accuracy"]), share, "the share of texts whose largest logit is the right class's")

    @pytest.mark.check(weight=2)
    def test_steps(self, student: Student, draw: Draw) -> None:
        """Steps are Adam's, at the rate that was asked for."""
        start, ids, classes = draw_answers(draw)
        for rate in (0.3, 0.02):
            model = compiled(student, start, rate)
            found = student.call("_stepped", model, ids, classes, 3)
            words = f"where Adam with learning rate {rate} is after three steps on one batch"
            close(found, adam(start, ids, classes, rate), words, rtol=1e-2, atol=rate / 50)


def adam(start: Tensor, ids: Tensor, classes: Tensor, rate: float) -> Tensor:
    """The table after three steps of torch's Adam, with epsilon where Keras has it: beside an uncorrected √v."""
    table = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([table], lr=rate)
    for step in range(1, 4):
        optimizer.param_groups[0]["eps"] = 1e-7 / (1 - 0.999**step) ** 0.5
        optimizer.zero_grad()
        F.cross_entropy(table[ids[:, 0]], classes).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return table.detach()


def build_theirs(
    student: Student, draw: Draw, sizes: dict[str, int], epsilon: float = 1e-5, scale: float = 1.0
) -> tuple[Remote, dict[str, Tensor]]:
    """A TorchClassifier with drawn weights beside the student's code, and those weights as Keras keeps them."""
    student.define(HELPERS)
    weights = weights_for(draw, oracle.classifier_shapes(sizes))
    weights |= {name: scale * value for name, value in weights.items() if name.endswith("embeddings")}
    return student.create("_theirs", sizes, oracle.torch_state(weights), epsilon), weights


@pytest.mark.exercise("weights-from-torch", needs=(*LAYERS, "classifier"))
class TestFromTorch:
    @pytest.mark.check(weight=2, core=True)
    def test_attention_weights(self, student: Student, draw: Draw) -> None:
        """Query, key, value and output: turned, cut into heads, each under its name."""
        student.define(HELPERS)
        H, d_head = draw.sizes(2)
        d = H * d_head
        shapes = {"in_proj_weight": (3 * d, d), "in_proj_bias": (3 * d,)}
        shapes |= {"out_proj.weight": (d, d), "out_proj.bias": (d,)}
        state = {name: draw.normal(*shape) for name, shape in shapes.items()}
        found = student.call("_converted", student.create("_attention", d, H, state))
        for name, expected in oracle.attention_weights(state, H).items():
            if name not in found:
                fail(f"`{name}` is missing from what `attention_weights` returns", "eight names, kernels and biases")
            close(found[name], expected, f"`{name}` of shape {tuple(expected.shape)}, a head = d/H neighbouring rows")

    @pytest.mark.check(weight=2, core=True)
    def test_same_function(self, student: Student, draw: Draw) -> None:
        """The Keras model's logits are those of the PyTorch model."""
        sizes = draw_model_sizes(draw, layers=2)
        theirs, weights = build_theirs(student, draw, sizes)
        ids = draw_texts(draw, 5, 9, sizes["num_tokens"])
        expected = oracle.classifier(weights, sizes, ids, 1e-5)
        words = "the logits of the PyTorch model, up to rounding"
        close(student.create("from_torch", theirs)(ids), expected, words, atol=2e-5)

    @pytest.mark.check
    def test_epsilon(self, student: Student, draw: Draw) -> None:
        """The norms' epsilon is carried over, too."""
        sizes = draw_model_sizes(draw, layers=1)
        for epsilon in (1e-5, 0.03):
            theirs, weights = build_theirs(student, draw, sizes, epsilon, scale=0.02)
            ids = draw_texts(draw, 4, 7, sizes["num_tokens"])
            words = f"the logits of a PyTorch model whose norms have epsilon {epsilon}, all of them"
            close(
                student.create("from_torch", theirs)(ids),
                oracle.classifier(weights, sizes, ids, epsilon),
                words,
                atol=1e-4,
            )

    @pytest.mark.check
    def test_square(self, student: Student, draw: Draw) -> None:
        """Also where all matrices are square, and nothing raises an error."""
        d = 4
        sizes = {"num_tokens": 9, "longest": 9, "d_model": d, "num_heads": 2, "d_ff": d}
        sizes |= {"num_layers": 1, "num_classes": d}
        theirs, weights = build_theirs(student, draw, sizes)
        ids = draw_texts(draw, 4, 7, 9)
        words = "the same logits: a matrix that fits both ways still has to be turned"
        close(student.create("from_torch", theirs)(ids), oracle.classifier(weights, sizes, ids, 1e-5), words, atol=2e-5)

    @pytest.mark.check
    def test_blocks(self, student: Student, draw: Draw) -> None:
        """All blocks are carried over, however many there are."""
        for layers in (1, 3):
            sizes = draw_model_sizes(draw, layers)
            theirs, weights = build_theirs(student, draw, sizes)
            ids = draw_texts(draw, 4, 7, sizes["num_tokens"])
            words = f"the logits of a PyTorch model with {layers} blocks"
            close(
                student.create("from_torch", theirs)(ids),
                oracle.classifier(weights, sizes, ids, 1e-5),
                words,
                atol=1e-4,
            )

    @pytest.mark.check
    def test_a_copy(self, student: Student, draw: Draw) -> None:
        """The weights are copied: what happens to the PyTorch model later changes nothing."""
        sizes = draw_model_sizes(draw, layers=1)
        theirs, weights = build_theirs(student, draw, sizes)
        ours, ids = student.create("from_torch", theirs), draw_texts(draw, 4, 7, sizes["num_tokens"])
        student.call("_doubled", theirs)
        words = "a model of its own, which does not change with the other"
        close(ours(ids), oracle.classifier(weights, sizes, ids, 1e-5), words, atol=2e-5)
