"""The checks of `fixed-positions` and `token-and-position-embedding`; collected through test_positional_encoding.py."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from autograder.assignments.positional_encoding import oracle
from autograder.assignments.positional_encoding.probes import QUESTIONS, unchanged
from autograder.checks import Draw, Remote, Student, StudentRaised, close, fail, same, shaped

LOOSE = 1e-3


@pytest.mark.exercise("fixed-positions", needs=("sinusoidal-encoding",))
class TestFixedPositions:
    @pytest.mark.check(weight=2, core=True)
    def test_adds(self, student: Student, draw: Draw) -> None:
        """Adds to each word the code of its place, in sentences shorter than the longest."""
        B, T, half, more = draw.sizes(4, low=3)
        x = draw.normal(B, T, 2 * half)
        module = student.create("FixedPositions", T + more, 2 * half)
        close(student.call(module, x), x + oracle.code(T, 2 * half), "x plus the first T rows of the code", atol=LOOSE)

    @pytest.mark.check(weight=1, core=True)
    def test_longest(self, student: Student, draw: Draw) -> None:
        """Takes sentences of max_length words, and of one word."""
        B, T, half = draw.sizes(3, low=3)
        module = student.create("FixedPositions", T, 2 * half)
        for length in (T, 1):
            x = draw.normal(B, length, 2 * half)
            words = f"the code of the places 0 to {length - 1} added"
            close(student.call(module, x), x + oracle.code(length, 2 * half), words, atol=LOOSE)

    @pytest.mark.check(weight=1, core=True)
    def test_by_place(self, student: Student, draw: Draw) -> None:
        """Counts words, not sentences: with as many of both, and with one sentence."""
        T, half = draw.sizes(2, low=3)
        module = student.create("FixedPositions", 12, 2 * half)
        for B in (T, 1, 12):
            x = draw.normal(B, T, 2 * half)
            close(student.call(module, x), x + oracle.code(T, 2 * half), "row t for the word at place t", atol=LOOSE)

    @pytest.mark.check(weight=2)
    def test_buffer(self, student: Student, draw: Draw) -> None:
        """Keeps the whole code as a buffer of the name `code`."""
        T, half = draw.sizes(2, low=3)
        student.define(QUESTIONS)
        buffers = student.call("probe_buffers", student.create("FixedPositions", T, 2 * half))
        if "code" not in buffers:
            fail("There is no buffer `code`", 'self.register_buffer("code", …) in __init__')
        close(buffers["code"], oracle.code(T, 2 * half), "the code of max_length places in the buffer", atol=LOOSE)

    @pytest.mark.check
    def test_not_trained(self, student: Student, draw: Draw) -> None:
        """Has nothing that would be trained."""
        T, half = draw.sizes(2, low=3)
        student.define(QUESTIONS)
        names = student.call("probe_parameters", student.create("FixedPositions", T, 2 * half))
        same(names, [], "no parameters: the code is fixed")

    @pytest.mark.check
    def test_moves(self, student: Student, draw: Draw) -> None:
        """Goes where the model goes: to another dtype, to a GPU."""
        B, T, half = draw.sizes(3, low=3)
        module = student.create("FixedPositions", T + 2, 2 * half)
        module.to(torch.float64)
        x = draw.normal(B, T, 2 * half, dtype=torch.float64)
        words = "float64, as x and the module are"
        close(student.call(module, x), x + oracle.code(T, 2 * half).double(), words, atol=LOOSE)
        student.device_safe(module, x)

    @pytest.mark.check
    def test_same_again(self, student: Student, draw: Draw) -> None:
        """Gives the same answer the second time, and never changes the buffer."""
        B, T, half = draw.sizes(3, low=3)
        module = student.create("FixedPositions", T, 2 * half)
        x = draw.normal(B, T, 2 * half)
        first, second = student.call(module, x), student.call(module, x)
        close(second, shaped(first, x.shape, "the shape of x").float(), "the same answer the second time")
        student.define(QUESTIONS)
        code = student.call("probe_buffers", module).get("code")
        close(code, oracle.code(T, 2 * half), "the buffer as it was after two calls", atol=LOOSE)

    @pytest.mark.check
    def test_gradients(self, student: Student, draw: Draw) -> None:
        """Lets gradients pass to the words as they are."""
        B, T, half = draw.sizes(3, low=3)
        module, upstream = student.create("FixedPositions", T, 2 * half), draw.normal(B, T, 2 * half)
        (gradient,) = student.gradients(module, draw.normal(B, T, 2 * half), upstream=upstream)
        close(gradient, upstream, "the gradient of a sum, which is the upstream gradient itself")

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves x as it was."""
        B, T, half = draw.sizes(3, low=3)
        unchanged(student, student.create("FixedPositions", T, 2 * half), draw.normal(B, T, 2 * half), names=["x"])


@pytest.mark.exercise("token-and-position-embedding")
class TestTokenAndPositionEmbedding:
    @pytest.mark.check(weight=3, core=True)
    def test_values(self, student: Student, draw: Draw) -> None:
        """Gives tokens times √d_model plus positions."""
        B, T, d, V = draw.sizes(4, low=3)
        module, tokens, positions = _build(student, draw, V, T + 2, d)
        ids = draw.integers(0, V, (B, T))
        words = "tokens * √d_model + positions, (B, T, d_model)"
        close(student.call(module, ids), oracle.embedding(tokens, positions, ids), words)

    @pytest.mark.check(weight=2, core=True)
    def test_tokens_scaled(self, student: Student, draw: Draw) -> None:
        """Multiplies the tokens by √d_model, whatever it is."""
        for d in (1, 4, 7):
            module, tokens, positions = _build(student, draw, 9, 6, d, places=0.0)
            ids = draw.integers(0, 9, (2, 5))
            words = f"the tokens' rows times √{d}, where all positions are 0"
            close(student.call(module, ids), oracle.embedding(tokens, positions, ids), words)

    @pytest.mark.check(weight=2, core=True)
    def test_positions_not_scaled(self, student: Student, draw: Draw) -> None:
        """Adds the positions as they are, from row 0 on."""
        B, T, d, V = draw.sizes(4, low=3)
        module, _, positions = _build(student, draw, V, T + 3, d, words=0.0)
        ids = draw.integers(0, V, (B, T))
        close(student.call(module, ids), positions[:T].expand(B, T, d).clone(), "rows 0 to T - 1 of the position table")

    @pytest.mark.check(weight=1, core=True)
    def test_by_place(self, student: Student, draw: Draw) -> None:
        """Counts words, not sentences or token numbers."""
        T, d = draw.sizes(2, low=4)
        module, tokens, positions = _build(student, draw, T, T, d)
        for B in (T, 1):
            ids = draw.integers(0, T, (B, T))
            words = "row t of the positions for the word at place t"
            close(student.call(module, ids), oracle.embedding(tokens, positions, ids), words)

    @pytest.mark.check
    def test_longest(self, student: Student, draw: Draw) -> None:
        """Takes sentences of max_length tokens, and of one token."""
        B, T, d, V = draw.sizes(4, low=3)
        module, tokens, positions = _build(student, draw, V, T, d)
        for length in (T, 1):
            ids = draw.integers(0, V, (B, length))
            words = f"{length} tokens, where {T} are allowed"
            close(student.call(module, ids), oracle.embedding(tokens, positions, ids), words)

    @pytest.mark.check(weight=2)
    def test_too_long(self, student: Student, draw: Draw) -> None:
        """Raises a ValueError for a sentence that is too long."""
        B, T, d, V = draw.sizes(4, low=3)
        module, _, _ = _build(student, draw, V, T, d)
        for extra in (1, 5):
            _refuses(student, module, draw.integers(0, V, (B, T + extra)), T)
        _refuses(student, module, draw.integers(0, V, (1, T + 1)), T)

    @pytest.mark.check
    def test_message(self, student: Student, draw: Draw) -> None:
        """The ValueError names the sentence's length and the largest possible one."""
        module, _, _ = _build(student, draw, 9, 23, 4)
        student.define(QUESTIONS)
        message = student.call("probe_error", module, draw.integers(0, 9, (2, 31)))
        if not isinstance(message, str) or "31" not in message or "23" not in message:
            fail("The message does not name both lengths", "31 and 23 in the message, for 31 tokens and 23 places")

    @pytest.mark.check
    def test_learns(self, student: Student, draw: Draw) -> None:
        """Both tables get gradients, and the tokens' is scaled like the tokens."""
        B, T, d, V = draw.sizes(4, low=3)
        module, tokens, positions = _build(student, draw, V, T + 2, d)
        ids, upstream = draw.integers(0, V, (B, T)), draw.normal(B, T, d)
        leaves = [table.clone().requires_grad_() for table in (tokens, positions)]
        expected = torch.autograd.grad(oracle.embedding(leaves[0], leaves[1], ids), leaves, upstream)
        actual = student.parameter_gradients(module, ids, upstream=upstream)
        for name, gradient in zip(("tokens.weight", "positions.weight"), expected, strict=True):
            close(actual.get(name), gradient, f"the gradient for {name}", rtol=1e-3, atol=1e-4)

    @pytest.mark.check
    def test_dtype(self, student: Student, draw: Draw) -> None:
        """Gives the dtype of its tables."""
        module, tokens, positions = _build(student, draw, 9, 6, 5)
        module.to(torch.float64)
        ids = draw.integers(0, 9, (2, 4))
        expected = oracle.embedding(tokens.double(), positions.double(), ids)
        close(student.call(module, ids), expected, "float64, as the tables are", atol=1e-5)

    @pytest.mark.check
    def test_inputs_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves ids and tables as they were."""
        module, tokens, positions = _build(student, draw, 9, 6, 5)
        unchanged(student, module, draw.integers(0, 9, (2, 4)), names=["ids"])
        state = module.state()
        for name, table in (("tokens.weight", tokens), ("positions.weight", positions)):
            close(state.get(name), table, f"the table {name} as it was")

    @pytest.mark.check
    def test_device(self, student: Student, draw: Draw) -> None:
        """Would also run on a GPU: no tensor is made on the CPU by mistake."""
        module, _, _ = _build(student, draw, 9, 6, 5)
        student.device_safe(module, draw.integers(0, 9, (2, 4)))


def _build(
    student: Student, draw: Draw, V: int, max_length: int, d: int, words: float = 1.0, places: float = 1.0
) -> tuple[Remote, Tensor, Tensor]:
    """The student's module with drawn tables (times `words`, times `places`), and those tables."""
    module = student.create("TokenAndPositionEmbedding", V, max_length, d)
    tokens, positions = words * draw.normal(V, d), places * draw.normal(max_length, d)
    module.load({"tokens.weight": tokens, "positions.weight": positions})
    return module, tokens, positions


def _refuses(student: Student, module: Remote, ids: Tensor, max_length: int) -> None:
    """Fails unless the module raises a ValueError for these ids."""
    words = f"a ValueError for {ids.shape[1]} tokens where there are {max_length} places"
    try:
        answer = student.call(module, ids)
    except StudentRaised as error:
        if error.kind == "NotImplementedError":
            raise
        if error.kind != "ValueError":
            fail("Another error was raised", words)
        return
    fail("No error was raised", words, answer)
