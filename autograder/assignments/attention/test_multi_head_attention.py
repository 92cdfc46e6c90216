"""The checks of the exercise `multi-head-attention`; collected through test_attention.py."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from autograder.assignments.attention import oracle
from autograder.assignments.attention.probes import attend, build, draw_mask, finite, moved, unchanged, unmoved, zero_at
from autograder.checks import Draw, Student, close, fail, shaped


@pytest.mark.exercise("multi-head-attention", needs=("softmax", "scaled-dot-product-attention", "heads"))
class TestMultiHeadAttention:
    @pytest.mark.check(weight=2, core=True)
    def test_self_attention(self, student: Student, draw: Draw) -> None:
        """Self-attention: a sequence looks at itself."""
        B, T, H, d_head = draw.sizes(4)
        module, weights = build(student, draw, H, d_head)
        x = draw.normal(B, T, H * d_head)
        output, _ = attend(student, x, x, x, target=module)
        words = "what nn.MultiheadAttention computes with the same weights"
        close(output, oracle.multi_head(weights, H, x, x, x)[0], words)

    @pytest.mark.check(weight=2, core=True)
    def test_encoder_decoder(self, student: Student, draw: Draw) -> None:
        """Encoder–decoder attention: one sequence asks, another one answers."""
        B, Tq, Tk, H, d_head = draw.sizes(5)
        module, weights = build(student, draw, H, d_head)
        states, memory = draw.normal(B, Tq, H * d_head), draw.normal(B, Tk, H * d_head)
        output, _ = attend(student, states, memory, memory, target=module)
        words = "queries made of the first argument, keys and values of the other two, which may differ in length"
        close(output, oracle.multi_head(weights, H, states, memory, memory)[0], words)

    @pytest.mark.check(weight=1, core=True)
    def test_three_inputs(self, student: Student, draw: Draw) -> None:
        """Queries, keys and values each come from their own argument, through their own projection."""
        B, Tq, Tk, H, d_head = draw.sizes(5)
        module, weights = build(student, draw, H, d_head)
        query, key, value = (draw.normal(B, T, H * d_head) for T in (Tq, Tk, Tk))
        output, _ = attend(student, query, key, value, target=module)
        words = "W_q applied to query, W_k to key and W_v to value"
        close(output, oracle.multi_head(weights, H, query, key, value)[0], words)

    @pytest.mark.check(weight=1, core=True)
    def test_weights(self, student: Student, draw: Draw) -> None:
        """Returns the weights of every head."""
        B, Tq, Tk, H, d_head = draw.sizes(5)
        module, weights = build(student, draw, H, d_head)
        query, memory = draw.normal(B, Tq, H * d_head), draw.normal(B, Tk, H * d_head)
        _, actual = attend(student, query, memory, memory, target=module)
        expected = oracle.multi_head(weights, H, query, memory, memory)[1]
        close(actual, expected, "weights (B, H, Tq, Tk), of which each row sums to 1")

    @pytest.mark.check
    def test_single_position(self, student: Student, draw: Draw) -> None:
        """With one position there is nothing to choose: the value is projected by W_v, then by W_o."""
        B, H, d_head = draw.sizes(3)
        module, weights = build(student, draw, H, d_head)
        x = draw.normal(B, 1, H * d_head)
        output, _ = attend(student, x, x, x, target=module)
        values = x @ weights["W_v.weight"].T + weights["W_v.bias"]
        close(output, values @ weights["W_o.weight"].T + weights["W_o.bias"], "W_o(W_v(value)), all weights being 1")

    @pytest.mark.check(weight=1, core=True)
    def test_each_head(self, student: Student, draw: Draw) -> None:
        """Every head attends with its own part of the features."""
        B, T, H, d_head = draw.sizes(4)
        module, weights = build(student, draw, H, d_head)
        weights |= {"W_o.weight": torch.eye(H * d_head), "W_o.bias": torch.zeros(H * d_head)}
        module.load(weights)
        x = draw.normal(B, T, H * d_head)
        output, _ = attend(student, x, x, x, target=module)
        words = "the heads' outputs side by side (W_o was set to pass them on as they are)"
        close(output, oracle.multi_head(weights, H, x, x, x)[0], words)

    @pytest.mark.check
    def test_number_of_heads(self, student: Student, draw: Draw) -> None:
        """Works with a single head, and with as many heads as there are features."""
        B, T, size = draw.sizes(3)
        for H, d_head in ((1, size), (size, 1)):
            module, weights = build(student, draw, H, d_head)
            x = draw.normal(B, T, size)
            output, _ = attend(student, x, x, x, target=module)
            words = f"multi-head attention with {H} heads of size {d_head}"
            close(output, oracle.multi_head(weights, H, x, x, x)[0], words)

    @pytest.mark.check(weight=2)
    def test_one_mask_for_all(self, student: Student, draw: Draw) -> None:
        """Takes one mask (Tq, Tk) for the whole batch."""
        B, Tq, Tk, H, d_head = draw.sizes(5, low=3)
        module, weights = build(student, draw, H, d_head)
        query, memory = draw.normal(B, Tq, H * d_head), draw.normal(B, Tk, H * d_head)
        mask = draw_mask(draw, Tq, Tk)
        _, actual = attend(student, query, memory, memory, target=module, mask=mask)
        expected = oracle.multi_head(weights, H, query, memory, memory, mask)[1]
        close(actual, expected, "weights of 0 where the mask is False, in every sentence and every head")

    @pytest.mark.check(weight=2)
    def test_mask_per_sentence(self, student: Student, draw: Draw) -> None:
        """Takes a mask for each sentence, and applies it to all heads of that sentence."""
        B, Tq, Tk, d_head, H = draw.sizes(5, low=3)
        for heads in (H, B):  # with as many heads as sentences, a mask laid over the heads goes unnoticed
            module, weights = build(student, draw, heads, d_head)
            query, memory = draw.normal(B, Tq, heads * d_head), draw.normal(B, Tk, heads * d_head)
            for mask in (draw_mask(draw, B, 1, Tk), draw_mask(draw, B, Tq, Tk)):
                _, actual = attend(student, query, memory, memory, target=module, mask=mask)
                expected = oracle.multi_head(weights, heads, query, memory, memory, mask)[1]
                close(actual, expected, "each sentence's own mask (B, …, Tk), used for all of its heads")

    @pytest.mark.check
    def test_future(self, student: Student, draw: Draw) -> None:
        """With a causal mask, the last word changes nothing for the words before it."""
        B, T, H, d_head = draw.sizes(4)
        module, _ = build(student, draw, H, d_head)
        x, causal = draw.normal(B, T, H * d_head), torch.ones(T, T, dtype=torch.bool).tril()
        before, _ = attend(student, x, x, x, causal, target=module)
        changed = torch.cat([x[:, :-1], draw.normal(B, 1, H * d_head, scale=3.0)], dim=1)
        after, _ = attend(student, changed, changed, changed, causal, target=module)
        unmoved(before[:, :-1], after[:, :-1], "the same output for all words but the last")
        moved(before[:, -1], after[:, -1], "another output for the last word")
        upstream = torch.zeros_like(before)
        upstream[:, 0] = 1.0  # of the output for the first word, only that word may get a gradient
        _, *gradients = student.gradients(module, x, x, x, causal, wrt=(0, 1, 2), upstream=upstream, output=0)
        for gradient in gradients:
            zero_at(gradient, torch.arange(T).expand(B, T) > 0, "no gradient from the first word to the words after it")

    @pytest.mark.check
    def test_nothing_to_see(self, student: Student, draw: Draw) -> None:
        """A query that may look at nothing gets weights of zeros, and spoils no gradient."""
        B, Tq, Tk, H, d_head = draw.sizes(5, low=3)
        module, _ = build(student, draw, H, d_head)
        query, memory = draw.normal(B, Tq, H * d_head), draw.normal(B, Tk, H * d_head)
        mask = draw_mask(draw, Tq, Tk)
        mask[0] = False
        output, weights = attend(student, query, memory, memory, mask, target=module)
        expected = shaped(weights, (B, H, Tq, Tk), "weights (B, H, Tq, Tk)").nan_to_num()
        expected[:, :, 0] = 0.0
        close(weights, expected, "weights of zero for query 0, which may look at nothing, and no NaN anywhere")
        finite("the output", [output], "ordinary numbers")
        gradients = student.gradients(module, query, memory, memory, mask, wrt=(0, 1, 2), output=0)
        finite("a gradient", gradients, "ordinary numbers")

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Lets gradients flow back to all three inputs."""
        B, Tq, Tk, H, d_head = draw.sizes(5)
        module, weights = build(student, draw, H, d_head)
        inputs = [draw.normal(B, T, H * d_head) for T in (Tq, Tk, Tk)]
        upstream = draw.normal(B, Tq, H * d_head)
        expected = oracle.gradients(lambda *qkv: oracle.multi_head(weights, H, *qkv)[0], inputs, upstream)
        actual = student.gradients(module, *inputs, wrt=(0, 1, 2), upstream=upstream, output=0)
        for name, ours, theirs in zip(("query", "key", "value"), expected, actual, strict=True):
            close(theirs, ours, f"the gradient that torch's own module gives for {name}", rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_all_projections_learn(self, student: Student, draw: Draw) -> None:
        """Each of W_q, W_k, W_v and W_o gets a gradient, so that it can learn."""
        B, T, H, d_head = draw.sizes(4)
        module, _ = build(student, draw, H, d_head)
        x, upstream = (draw.normal(B, T, H * d_head) for _ in range(2))
        gradients = student.parameter_gradients(module, x, x, x, upstream=upstream, output=0)
        for name in oracle.PROJECTIONS:
            gradient = gradients.get(f"{name}.weight")
            if not isinstance(gradient, Tensor) or not (gradient.abs() > 0).any():
                words = "a gradient for each of the four projections, because each has a part in the output"
                fail(f"No gradient reaches {name}", words)

    @pytest.mark.check
    def test_dtype(self, student: Student, draw: Draw) -> None:
        """Works in half precision, and returns half precision."""
        B, T, H, d_head = draw.sizes(4)
        module, _ = build(student, draw, H, d_head)
        x, mask = draw.normal(B, T, H * d_head), draw_mask(draw, T, T)
        single, _ = attend(student, x, x, x, mask, target=module)
        module.to(torch.bfloat16)
        half, _ = attend(student, *[x.bfloat16()] * 3, mask, target=module)
        unmoved(single.bfloat16(), half, "an output in bfloat16, about the same as in float32", atol=0.3)

    @pytest.mark.check
    def test_non_contiguous(self, student: Student, draw: Draw) -> None:
        """Works on transposed inputs, whose numbers do not lie in order in memory."""
        B, T, H, d_head = draw.sizes(4)
        module, _ = build(student, draw, H, d_head)
        x = draw.normal(T, B, H * d_head).transpose(0, 1)
        neat = x.contiguous()
        before, _ = attend(student, neat, neat, neat, target=module)
        after, _ = attend(student, x, x, x, target=module)
        unmoved(before, after, "the same output for the same values, however they lie in memory")

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves its inputs as they were."""
        B, T, H, d_head = draw.sizes(4, low=3)
        module, _ = build(student, draw, H, d_head)
        inputs = [draw.normal(B, T, H * d_head) for _ in range(3)]
        unchanged(student, module, *inputs, draw_mask(draw, B, T, T), names=["query", "key", "value", "mask"])

    @pytest.mark.check
    def test_batch(self, student: Student, draw: Draw) -> None:
        """The sentences of a batch do not look at each other."""
        B, T, H, d_head = draw.sizes(4)
        module, _ = build(student, draw, H, d_head)
        x = draw.normal(B, T, H * d_head)
        other = torch.cat([draw.normal(1, T, H * d_head), x[1:]])
        before, _ = attend(student, x, x, x, target=module)
        after, _ = attend(student, other, other, other, target=module)
        unmoved(before[1:], after[1:], "the same output for a sentence when another sentence of its batch changes")

    @pytest.mark.check
    def test_repeatable(self, student: Student, draw: Draw) -> None:
        """Gives the same answer to the same question, whatever was asked in between."""
        B, T, H, d_head = draw.sizes(4)
        module, weights = build(student, draw, H, d_head)
        x, other = (draw.normal(B, T, H * d_head) for _ in range(2))
        before, _ = attend(student, x, x, x, target=module)
        twin = student.create("MultiHeadAttention", H * d_head, H)
        twin.load(weights)
        attend(student, other, other, other, draw_mask(draw, T, T), target=twin)
        after, _ = attend(student, x, x, x, target=twin)
        words = "the same output for the same inputs and weights: forward keeps nothing for its next call"
        unmoved(before, after, words)

    @pytest.mark.check
    def test_device(self, student: Student, draw: Draw) -> None:
        """Would also run on a GPU: no tensor is made on the CPU by mistake."""
        B, T, H, d_head = draw.sizes(4)
        module, _ = build(student, draw, H, d_head)
        x = draw.normal(B, T, H * d_head)
        student.device_safe(module, x, x, x)
        student.device_safe(module, x, x, x, draw_mask(draw, T, T))
