"""The checks of the exercise `transformer`; collected through test_transformer.py."""

from __future__ import annotations

import pytest
import torch

from autograder.assignments.transformer import oracle
from autograder.assignments.transformer.probes import MODELS, all_learn, build_transformer, draw_texts, moved, unmoved
from autograder.checks import Draw, Student, close, fail, same

NEEDS = ("layer-norm", "feed-forward", "encoder-layer", "decoder-layer")


@pytest.mark.exercise("transformer", needs=NEEDS)
class TestTransformer:
    @pytest.mark.check(weight=2, core=True)
    def test_encode(self, student: Student, draw: Draw) -> None:
        """Encoding: embedding, all layers without a look at PAD, final norm."""
        B, Ts, H, layers = draw.sizes(4, low=2, high=5)
        module, weights = build_transformer(student, draw, (11, 13), 4 * H, H, layers)
        source = draw_texts(draw, B, Ts + 3, 11)
        expected = oracle.encode(weights, H, layers, source)
        real = source != oracle.PAD
        actual = student.call("_encode", module, source)
        words = "the memory that torch's own layers make with the same weights (at real tokens)"
        close(actual[real], expected[real], words, rtol=1e-3, atol=1e-3)

    @pytest.mark.check(weight=3, core=True)
    def test_logits(self, student: Student, draw: Draw) -> None:
        """The whole: scores for every target token's successor."""
        B, Tt, H, layers = draw.sizes(4, low=2, high=5)
        module, weights = build_transformer(student, draw, (11, 13), 4 * H, H, layers)
        source, target = draw_texts(draw, B, 8, 11), draw_texts(draw, B, Tt + 3, 13)
        expected, real = oracle.transformer(weights, H, layers, source, target), target != oracle.PAD
        words = "the logits (B, Tt, V) that torch's own layers give with the same weights (at real tokens)"
        close(module(source, target)[real], expected[real], words, rtol=1e-3, atol=1e-3)

    @pytest.mark.check
    def test_decode(self, student: Student, draw: Draw) -> None:
        """Decoding uses the memory that it is given."""
        B, Ts, Tt, H = draw.sizes(4, low=3, high=6)
        module, _ = build_transformer(student, draw, (11, 13), 4 * H, H, 2)
        source, target = draw_texts(draw, B, Ts + 3, 11), draw_texts(draw, B, Tt, 13)
        memory = student.call("_encode", module, source)
        unmoved(module(source, target), student.call("_decode", module, target, memory, source), "what forward gives")
        other = student.call("_decode", module, target, memory + 1.0, source)
        moved(module(source, target), other, "other logits for another memory")

    @pytest.mark.check
    def test_source_pads(self, student: Student, draw: Draw) -> None:
        """Pads in the source make no difference."""
        B, Ts, Tt, H = draw.sizes(4, low=3, high=6)
        module, _ = build_transformer(student, draw, (11, 13), 4 * H, H, 2)
        source, target = draw.integers(3, 11, (B, Ts)), draw_texts(draw, B, Tt, 13)
        padded = torch.nn.functional.pad(source, (0, 3))
        words = "the same logits with three pads more behind every source"
        unmoved(module(source, target), module(padded, target), words, atol=1e-4)

    @pytest.mark.check
    def test_pads_of_one_sentence(self, student: Student, draw: Draw) -> None:
        """Each sentence has pads of its own."""
        B, Ts, Tt, H = draw.sizes(4, low=3, high=6)
        module, _ = build_transformer(student, draw, (11, 13), 4 * H, H, 1)
        source, target = draw_texts(draw, B, Ts + 3, 11), draw.integers(3, 13, (B, Tt))
        whole = module(source, target)
        for i in range(B):
            alone = module(source[i : i + 1, : int((source[i] != 0).sum())], target[i : i + 1])
            unmoved(alone, whole[i : i + 1], "for a sentence in a batch what it gets alone", atol=1e-4)

    @pytest.mark.check
    def test_future(self, student: Student, draw: Draw) -> None:
        """No target token has an influence on what is said before it."""
        B, Ts, Tt, H = draw.sizes(4, low=3, high=6)
        module, _ = build_transformer(student, draw, (11, 13), 4 * H, H, 2)
        source, target = draw.integers(3, 11, (B, Ts)), draw.integers(3, 8, (B, Tt))
        other = target.clone()
        other[:, -1] += 5
        before, after = module(source, target), module(source, other)
        unmoved(before[:, :-1], after[:, :-1], "the same logits for all tokens but the last, which changed")
        moved(before[:, -1], after[:, -1], "other logits after the last token, which changed")

    @pytest.mark.check
    def test_encoder_both_ways(self, student: Student, draw: Draw) -> None:
        """The source is read both ways: a late token has an influence on early ones."""
        B, Ts, H = draw.sizes(3, low=3, high=6)
        module, _ = build_transformer(student, draw, (11, 13), 4 * H, H, 1)
        source = draw.integers(3, 7, (B, Ts))
        other = source.clone()
        other[:, -1] += 4
        before, after = student.call("_encode", module, source), student.call("_encode", module, other)
        moved(before, after, "another memory at every place when the last source token changes")

    @pytest.mark.check
    def test_registered(self, student: Student, draw: Draw) -> None:
        """All layers are registered, each with parameters of its own."""
        student.define(MODELS)
        for layers in (1, 3):
            module = student.create("Transformer", 11, 13, d_model=8, num_heads=2, d_ff=9, num_layers=layers)
            state, wanted = module.state(), oracle.transformer_shapes((11, 13), 8, 9, layers)
            lost = sorted(name for name in wanted if name not in state)
            if lost:
                fail(f"The model has no parameter `{lost[0]}` (nor {len(lost) - 1} others)", "layers in nn.ModuleLists")
            extra = [name for name in state if "_layers." in name and name not in wanted]
            if extra:
                fail(f"The model has a parameter `{extra[0]}` that nobody asked for", f"{layers} layers on each side")
        if torch.equal(state["encoder_layers.0.attention.W_q.weight"], state["encoder_layers.1.attention.W_q.weight"]):
            fail("Two layers begin with the same weights", "each layer is made anew, not the same one again")

    @pytest.mark.check(weight=2)
    def test_tied(self, student: Student, draw: Draw) -> None:
        """With tied=True the output's weight is the target embedding's table, and stays it."""
        student.define(MODELS)
        tied = student.create("Transformer", 11, 13, d_model=8, num_heads=2, d_ff=9, tied=True)
        tied.load({"target_embedding.table.weight": draw.normal(13, 8)})
        state = tied.state()
        words = "one parameter with two names: what is loaded into the table is in the output as well"
        close(state["output.weight"], state["target_embedding.table.weight"], words)
        free = student.create("Transformer", 11, 13, d_model=8, num_heads=2, d_ff=9).state()
        if torch.equal(free["output.weight"], free["target_embedding.table.weight"]):
            fail("Output and embedding are tied though nobody asked for it", "two parameters unless tied=True")

    @pytest.mark.check
    def test_tied_logits(self, student: Student, draw: Draw) -> None:
        """A tied model computes with the shared matrix."""
        student.define(MODELS)
        tied = student.create("Transformer", 11, 13, d_model=8, num_heads=2, d_ff=17, tied=True)
        weights = {name: value for name, value in tied.state().items() if not name.endswith("code")}
        source, target = draw_texts(draw, 3, 6, 11), draw.integers(3, 13, (3, 5))
        weights["output.weight"] = weights["target_embedding.table.weight"]
        words = "logits that are products with the target embedding's table, plus the output's bias"
        close(tied(source, target), oracle.transformer(weights, 2, 1, source, target), words, rtol=1e-3, atol=1e-3)

    @pytest.mark.check
    def test_single_token(self, student: Student, draw: Draw) -> None:
        """Works on one sentence of one token."""
        module, weights = build_transformer(student, draw, (11, 13), 6, 3, 1)
        source, target = draw.integers(3, 11, (1, 1)), draw.integers(3, 13, (1, 1))
        expected = oracle.transformer(weights, 3, 1, source, target)
        close(module(source, target), expected, "logits (1, 1, V)", rtol=1e-3, atol=1e-3)

    @pytest.mark.check
    def test_all_learn(self, student: Student, draw: Draw) -> None:
        """Every parameter gets a gradient."""
        module, weights = build_transformer(student, draw, (7, 5), 8, 2, 2)
        source, target = draw.integers(0, 7, (9, 8)), draw.integers(0, 5, (9, 7))
        source[:, 0] = 3
        upstream = draw.normal(9, 7, 5)
        names: oracle.Shapes = {name: () for name in weights if not name.endswith("W_k.bias")}  # that one never matters
        gradients = student.parameter_gradients(module, source, target, upstream=upstream)
        all_learn(gradients, names, "a gradient for every parameter of every layer")

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves source and target as they were."""
        module, _ = build_transformer(student, draw, (11, 13), 6, 3, 1)
        source, target = draw_texts(draw, 4, 7, 11), draw_texts(draw, 4, 5, 13)
        for before, after in zip((source, target), student.inputs_after(module, source, target), strict=True):
            same(after, before, "ids left as they were: the caller may still need them")

    @pytest.mark.check
    def test_device(self, student: Student, draw: Draw) -> None:
        """Would also run on a GPU: no tensor is made on the CPU by mistake."""
        module, _ = build_transformer(student, draw, (11, 13), 6, 3, 1)
        student.device_safe(module, draw_texts(draw, 4, 7, 11), draw_texts(draw, 4, 5, 13))
