"""The checks of BigBird: its table of blocks, the attention that computes only these, and what that costs."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from autograder.assignments.variants import sparse
from autograder.checks import Draw, Student, close, fail, same, shaped

ATTENTION = "bigbird_attention"


@pytest.mark.exercise("bigbird-mask")
class TestBigBirdMask:
    @pytest.mark.check(core=True)
    def test_window(self, student: Student, draw: Draw) -> None:
        """Each block looks at itself and at its neighbours on both sides."""
        student.define(sparse.PROBES)
        for window in (0, 1, 2, 3):
            n = draw.choice([7, 9, 11])
            table = student.call("_pattern", n, window, 0, 0, _seed(draw))
            same(table, sparse.unrandom(n, window, 0), f"a window of {window} on EACH side, cut off at both ends")

    @pytest.mark.check(core=True)
    def test_global(self, student: Student, draw: Draw) -> None:
        """Global blocks look everywhere, and everyone looks at them."""
        student.define(sparse.PROBES)
        for n_global in (1, 2, 3):
            n = draw.choice([8, 10, 12])
            table = student.call("_pattern", n, 1, n_global, 0, _seed(draw))
            words = f"full rows and full columns for the first {n_global} blocks, and the window"
            same(table, sparse.unrandom(n, 1, n_global), words)

    @pytest.mark.check(core=True)
    def test_random_count(self, student: Student, draw: Draw) -> None:
        """Each row gets as many random blocks as asked for, none of them counted twice."""
        student.define(sparse.PROBES)
        for n_random in (1, 2, 4, 50):
            n, window, n_global = draw.choice([9, 12, 14]), *draw.sizes(2, low=1, high=2)
            table = _table(student, n, window, n_global, n_random, _seed(draw))
            base = sparse.unrandom(n, window, n_global)
            if (base & ~table).any():
                fail("A block of the window, or a global one, is not seen any more", "random blocks on top of these")
            more, left = (table.sum(1) - base.sum(1))[n_global:], (n - base.sum(1))[n_global:]
            words = f"{n_random} blocks more in each row that is not global, or all that are left where fewer are"
            same(more, left.clamp(max=n_random), words)

    @pytest.mark.check
    def test_random_spread(self, student: Student, draw: Draw) -> None:
        """Each block that is left is as likely as any other, in each row anew."""
        student.define(sparse.PROBES)
        n, times = 8, 300
        table = student.call("_patterns", n, 1, 1, 1, _seed(draw), times)
        counts = shaped(table, (n, n), "tables of blocks, added up", torch.int64)
        base = sparse.unrandom(n, 1, 1)
        expected = times / (n - base.sum(1, keepdim=True))
        off = (counts - expected).abs() > 7 * expected.sqrt()  # right draws are off once in a thousand million
        if (off & ~base).any():
            words = "draws in which every block that a row does not see yet is as likely as any other"
            fail(f"In {times} tables some blocks were drawn far too often, and others far too seldom", words)
        wide = _table(student, 24, 1, 1, 2, _seed(draw)) & ~sparse.unrandom(24, 1, 1)
        if int(wide.any(0).sum()) < 10:
            fail("The rows of a table look at the same random blocks", "lots that are drawn anew for each row")

    @pytest.mark.check
    def test_generator(self, student: Student, draw: Draw) -> None:
        """Draws with the generator that it is given, and with nothing else."""
        student.define(sparse.PROBES)
        seed = _seed(draw)
        first, other = _table(student, 20, 1, 1, 3, seed), _table(student, 20, 1, 1, 3, seed + 1)
        again = student.call("_pattern_amid_others", 20, 1, 1, 3, seed)
        same(again, first, "the same table from a generator with the same seed")
        if torch.equal(first, other):
            fail("Generators with different seeds give the same table", "another table for another seed")

    @pytest.mark.check(weight=2, core=True)
    def test_tokens(self, student: Student, draw: Draw) -> None:
        """Blows the table up to tokens, the last block cut off where the text ends."""
        for T, block in ((12, 4), (13, 4), (7, 1), (10, 3), (5, 8)):
            n = -(-T // block)
            blocks = draw.boolean(n, n)
            words = f"a mask of ({T}, {T}) tokens, in blocks of {block}"
            same(student.call("token_mask", blocks, T, block), sparse.widened(blocks, T, block), words)


@pytest.mark.exercise("bigbird-attention")
class TestBigBirdAttention:
    @pytest.mark.check(weight=2, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Gives what attention with the mask gives, for any table of blocks."""
        for n in (4, 5, 7):
            block = draw.choice([2, 3, 4])
            inputs, table = _inputs(draw, n * block), sparse.draw_table(draw, n)
            expected = sparse.attention(*inputs, sparse.widened(table, n * block, block))
            words = "attention with the mask of the table, whose rows see different numbers of blocks"
            close(student.call(ATTENTION, *inputs, table, block), expected, words)

    @pytest.mark.check(weight=2, core=True)
    def test_last_block(self, student: Student, draw: Draw) -> None:
        """Takes a last block with fewer tokens, and a block longer than the text."""
        for T, block in ((10, 4), (13, 5), (3, 6)):
            inputs, table = _inputs(draw, T), sparse.draw_table(draw, -(-T // block))
            expected = sparse.attention(*inputs, sparse.widened(table, T, block))
            words = f"a row for each of {T} tokens in blocks of {block}, and nobody who looks beyond the end"
            close(student.call(ATTENTION, *inputs, table, block), expected, words)

    @pytest.mark.check(weight=2)
    def test_pads(self, student: Student, draw: Draw) -> None:
        """Nobody looks at a pad; who may look at nothing gets zeros."""
        for T, block in ((12, 3), (11, 4)):
            inputs, table = _inputs(draw, T), sparse.draw_table(draw, -(-T // block))
            real = sparse.draw_texts(draw, inputs[0].shape[0], T)
            for words, texts in (("attention that hides the pads", real), ("zeros: all are pads", real & False)):
                seen = sparse.widened(table, T, block) & texts[:, None, None]
                close(student.call(ATTENTION, *inputs, table, block, texts), sparse.attention(*inputs, seen), words)

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Sends back the gradients that attention with the mask sends back."""
        T, block = 11, 3
        inputs, table = _inputs(draw, T), sparse.draw_table(draw, 4)
        real = sparse.draw_texts(draw, inputs[0].shape[0], T)
        real[-1] = False
        seen, upstream = sparse.widened(table, T, block) & real[:, None, None], draw.normal(*inputs[2].shape)
        found = student.gradients(ATTENTION, *inputs, table, block, real, wrt=(0, 1, 2), upstream=upstream)
        expected = sparse.gradients(inputs, seen, upstream)
        for name, actual, wanted in zip(("query", "key", "value"), found, expected, strict=True):
            close(actual, wanted, f"the gradient for {name}", atol=1e-4)

    @pytest.mark.check(weight=2)
    def test_work(self, student: Student, draw: Draw) -> None:
        """Computes the blocks that are looked at, and not all of them."""
        student.define(sparse.PROBES)
        B, H, T, block = 1, 3, 512, 8
        query, key, value = draw.normal(3, B, H, T, 4)
        table = sparse.unrandom(T // block, 1, 1)
        table |= torch.eye(T // block).bool().roll(20, 1)
        numbers = student.call("_numbers_computed", ATTENTION, query, key, value, table, block)
        most = B * H * T**2
        if type(numbers) is not int or numbers >= most:
            words = f"fewer than the {most} that all scores would be"
            fail(f"For {T} tokens in blocks of {block}, {numbers} numbers were computed", words)

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves its arguments as they were."""
        inputs, table = _inputs(draw, 10), sparse.draw_table(draw, 4)
        real = sparse.draw_texts(draw, inputs[0].shape[0], 10)
        sparse.unchanged(student, ATTENTION, "query key value blocks block real", *inputs, table, 3, real)


@pytest.mark.exercise("bigbird-cost")
class TestBigBirdCost:
    @pytest.mark.check(core=True)
    def test_window_and_global(self, student: Student, draw: Draw) -> None:
        """Counts window and global blocks, each once."""
        for n in (6, 9, 13, 20):
            block, window, n_global = draw.sizes(3, low=1, high=5)
            _counted(student, (n * block, block, window, n_global, 0))

    @pytest.mark.check(core=True)
    def test_random(self, student: Student, draw: Draw) -> None:
        """Counts random blocks, where there are enough of them left and where not."""
        for n in (7, 10, 16, 25):
            block, window, n_global, n_random = draw.sizes(4, low=1, high=5)
            _counted(student, (n * block, block, window, n_global, n_random))

    @pytest.mark.check
    def test_short_texts(self, student: Student, draw: Draw) -> None:
        """Counts texts that window or global blocks fill alone."""
        block = draw.choice([3, 4, 5])
        for n, window, n_global, n_random in ((3, 5, 0, 1), (2, 1, 4, 2), (1, 0, 0, 3), (4, 0, 4, 1)):
            _counted(student, (n * block, block, window, n_global, n_random))

    @pytest.mark.check
    def test_long_texts(self, student: Student, draw: Draw) -> None:
        """Counts for two million tokens, without the table of blocks."""
        n, block = 131_072, 16
        window, n_global, n_random = draw.sizes(3, low=1, high=4)
        few, more = (sparse.scores_of((many * block, block, window, n_global, n_random)) for many in (64, 65))
        expected = few + (n - 64) * (more - few)  # every further block costs the same
        same(student.call("count_scores", n * block, block, window, n_global, n_random), expected, "the count")


def _counted(student: Student, sizes: tuple[int, int, int, int, int]) -> None:
    T, block, window, n_global, n_random = sizes
    words = (
        f"the scores of {T // block} blocks of {block} tokens, window {window}, {n_global} global, {n_random} by lot, "
        "each block counted once"
    )
    same(student.call("count_scores", *sizes), sparse.scores_of(sizes), words)


def _table(student: Student, *sizes: int) -> Tensor:
    """The student's table for these sizes and this seed."""
    n = sizes[0]
    return shaped(student.call("_pattern", *sizes), (n, n), "a table of blocks", torch.bool)


def _seed(draw: Draw) -> int:
    return int(draw.integers(0, 2**31, (1,)).item())


def _inputs(draw: Draw, T: int) -> tuple[Tensor, Tensor, Tensor]:
    """Query and key (B, H, T, d_k), value (B, H, T, d_v); all sizes differ."""
    B, H, d_k, d_v = [size for size in draw.sizes(5, high=7) if size != T][:4]
    return draw.normal(B, H, T, d_k), draw.normal(B, H, T, d_k), draw.normal(B, H, T, d_v)
