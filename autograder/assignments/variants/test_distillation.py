"""The checks of the exercises `distil-init` and `distillation-loss`; collected through test_variants.py."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from autograder.assignments.variants import oracle
from autograder.assignments.variants.probes import build_model, draw_rows, unchanged
from autograder.checks import Draw, Remote, Student, close, fail, same


def halved(student: Student, draw: Draw, layers: int, d: int = 8) -> tuple[Remote, Remote, dict[str, Tensor]]:
    """A teacher with drawn weights, what the student's code makes of it, and the teacher's weights."""
    teacher, weights = build_model(student, draw, "MaskedLM", 11, d, 2, layers)
    return teacher, student.create("half_of", teacher), weights


def wanted_weights(weights: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """The weights of the student, taken from the teacher's."""
    wanted = {name: value for name, value in weights.items() if ".layers." not in name}
    for i in range(layers // 2):
        prefix = f"encoder.layers.{2 * i}."
        for name, value in weights.items():
            if name.startswith(prefix):
                wanted[f"encoder.layers.{i}.{name.removeprefix(prefix)}"] = value
    return wanted


@pytest.mark.exercise("distil-init")
class TestDistilInit:
    @pytest.mark.check(weight=3, core=True)
    def test_weights(self, student: Student, draw: Draw) -> None:
        """Layer i begins as the teacher's layer 2i, and all else as the teacher's."""
        for layers in (4, 6):
            _, student_model, weights = halved(student, draw, layers)
            state = student_model.state()
            for name, wanted in wanted_weights(weights, layers).items():
                if name not in state:
                    fail(f"The student has no `{name}`", "the teacher's embeddings, norm and bias, and half its layers")
                words = f"`{name}` as the teacher has it: layer i of the student is layer 2i of the teacher"
                close(state[name], wanted, words)

    @pytest.mark.check
    def test_half(self, student: Student, draw: Draw) -> None:
        """Half as many layers, no more."""
        for layers in (2, 6):
            _, student_model, _ = halved(student, draw, layers)
            count = student.call("_how_many_layers", student_model)
            same(count, layers // 2, f"{layers // 2} layers of {layers}")

    @pytest.mark.check(weight=2)
    def test_copies(self, student: Student, draw: Draw) -> None:
        """What the student learns does not change the teacher."""
        teacher, student_model, weights = halved(student, draw, 4)
        student.call("_add_to_all", student_model, 1.0)
        after = teacher.state()
        for name, value in weights.items():
            if name not in after:
                fail(f"The teacher has lost `{name}`", "a teacher that stays as it is")
            close(after[name], value, "the teacher's weights as they were: the student's are copies")

    @pytest.mark.check
    def test_used(self, student: Student, draw: Draw) -> None:
        """It computes with those weights, at the sizes of its teacher."""
        _, student_model, weights = halved(student, draw, 4, d=12)
        ids = draw_rows(draw, 3, 7, 11)
        shorter, _ = build_model(student, draw, "MaskedLM", 11, 12, 2, 2)
        shorter.load(wanted_weights(weights, 4))
        expected = student.call("_logits_of", shorter, ids)
        close(student.call("_logits_of", student_model, ids), expected, "the logits of a model with those weights")


def draw_lesson(draw: Draw, B: int, T: int, V: int, d: int) -> dict[str, Any]:
    """Arguments for distillation_loss; some places are pads, some are asked."""
    lengths = torch.tensor([T, *draw.integers(2, T, (B - 1,)).tolist()])
    real = torch.arange(T) < lengths[:, None]
    asked = real & draw.boolean(B, T, p=0.4)
    asked[:, 0] = True
    return {
        "logits": draw.normal(B, T, V, scale=1.5),
        "states": draw.normal(B, T, d),
        "teacher_logits": draw.normal(B, T, V, scale=2.5),
        "teacher_states": draw.normal(B, T, d) + 0.5,
        "labels": torch.where(asked, draw.integers(0, V, (B, T)), -100),
        "real": real,
    }


def compare(student: Student, lesson: dict[str, Any], words: str, **how: Any) -> None:
    """Fails unless the loss is right."""
    close(student.call("distillation_loss", *lesson.values(), **how), oracle.distillation_loss(**lesson, **how), words)


@pytest.mark.exercise("distillation-loss")
class TestDistillationLoss:
    @pytest.mark.check(weight=2, core=True)
    def test_soft(self, student: Student, draw: Draw) -> None:
        """Soft targets: the divergence from the teacher to the student, at temperature 1."""
        B, T, V, d = draw.sizes(4, low=3)
        lesson = draw_lesson(draw, B, T, V, d) | {"real": torch.ones(B, T, dtype=torch.bool)}
        words = "the sum of p log(p / q) over the vocabulary, p the teacher's, q the student's; the mean over places"
        compare(student, lesson, words, temperature=1.0, weights=(1.0, 0.0, 0.0))

    @pytest.mark.check(weight=2)
    def test_temperature(self, student: Student, draw: Draw) -> None:
        """Both sides softened, and the temperature squared in front."""
        B, T, V, d = draw.sizes(4, low=3)
        lesson = draw_lesson(draw, B, T, V, d) | {"real": torch.ones(B, T, dtype=torch.bool)}
        for temperature in (2.0, 5.0):
            words = f"both logits divided by {temperature}, the divergence times {temperature}²"
            compare(student, lesson, words, temperature=temperature, weights=(1.0, 0.0, 0.0))

    @pytest.mark.check
    def test_soft_pads(self, student: Student, draw: Draw) -> None:
        """Pads have no part in the soft targets; places that were not masked have."""
        B, T, V, d = draw.sizes(4, low=4)
        lesson = draw_lesson(draw, B, T, V, d)
        compare(student, lesson, "the mean over all real places", temperature=1.0, weights=(1.0, 0.0, 0.0))

    @pytest.mark.check(core=True)
    def test_masked(self, student: Student, draw: Draw) -> None:
        """Masked words: cross-entropy at the asked places, without a temperature."""
        B, T, V, d = draw.sizes(4, low=3)
        lesson = draw_lesson(draw, B, T, V, d)
        words = "the mean of -log p over places whose label is not -100, whatever the temperature"
        compare(student, lesson, words, temperature=3.0, weights=(0.0, 1.0, 0.0))

    @pytest.mark.check(core=True)
    def test_cosine(self, student: Student, draw: Draw) -> None:
        """States: 1 - cosine over the d numbers of a word, the mean over real places."""
        B, T, V, d = draw.sizes(4, low=4)
        lesson = draw_lesson(draw, B, T, V, d)
        words = "1 - cos(student's state, teacher's state) along d, the mean over real places"
        compare(student, lesson, words, temperature=2.0, weights=(0.0, 0.0, 1.0))

    @pytest.mark.check
    def test_together(self, student: Student, draw: Draw) -> None:
        """Together with 5, 2 and 1, at temperature 2, unless something else is asked for."""
        B, T, V, d = draw.sizes(4, low=3)
        lesson = draw_lesson(draw, B, T, V, d)
        compare(student, lesson, "5, 2 and 1 times the three, temperature 2")
        compare(student, lesson, "0.5, 3 and 4 times the three", temperature=1.5, weights=(0.5, 3.0, 4.0))

    @pytest.mark.check
    def test_gradient(self, student: Student, draw: Draw) -> None:
        """The gradient reaches the student's logits and states."""
        B, T, V, d = draw.sizes(4, low=3)
        lesson = draw_lesson(draw, B, T, V, d)
        logits, states = (lesson[name].double().requires_grad_() for name in ("logits", "states"))
        oracle.distillation_loss(**(lesson | {"logits": logits, "states": states})).backward()  # type: ignore[no-untyped-call]
        found = student.gradients("distillation_loss", *lesson.values(), wrt=(0, 1))
        assert logits.grad is not None
        assert states.grad is not None
        for gradient, wanted in zip(found, (logits.grad, states.grad), strict=True):
            close(gradient, wanted.float(), "the gradient of that loss", rtol=1e-3, atol=1e-5)

    @pytest.mark.check
    def test_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves its arguments as they were."""
        unchanged(student, "distillation_loss", *draw_lesson(draw, 3, 5, 7, 4).values())
