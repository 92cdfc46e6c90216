"""The checks of the exercises `wordpiece` and `build-inputs`; collected through test_bert.py."""

from __future__ import annotations

import pytest
from torch import Tensor

from autograder.assignments.bert import oracle
from autograder.checks import Draw, Student, fail, same

LETTERS = "abcdef"


def draw_word(draw: Draw, length: int) -> str:
    """A word of few letters, so that many pieces fit."""
    return "".join(LETTERS[i] for i in draw.integers(0, len(LETTERS), (length,)).tolist())


def spelt_by(draw: Draw, words: int) -> tuple[list[str], set[str]]:
    """Words, and a vocabulary with all single letters, so that every word can be cut, and many longer pieces."""
    drawn = [draw_word(draw, length) for length in draw.integers(4, 12, (words,)).tolist()]
    pieces = set(LETTERS) | {f"##{letter}" for letter in LETTERS}
    for word in drawn:
        begin, size = int(draw.integers(1, 3, ())), int(draw.integers(2, 5, ()))
        pieces |= {word[:size], f"##{word[begin : begin + size]}", f"##{word[begin : begin + 2]}"}
    return drawn, pieces


@pytest.mark.exercise("wordpiece")
class TestWordpiece:
    @pytest.mark.check(weight=2, core=True)
    def test_longest_first(self, student: Student, draw: Draw) -> None:
        """Takes the longest piece that fits, from the left to the right."""
        words, vocabulary = spelt_by(draw, 25)
        for word in words:
            self.compare(student, word, vocabulary, "the longest piece that fits, again and again")

    @pytest.mark.check(weight=2, core=True)
    def test_unknown(self, student: Student, draw: Draw) -> None:
        """A word that cannot be cut to its end is one [UNK]."""
        words, vocabulary = spelt_by(draw, 6)
        for word in words:
            at = int(draw.integers(1, len(word), ()))
            for odd in (f"{word[:at]}x{word[at:]}", f"{word}x", f"x{word}"):
                self.compare(student, odd, vocabulary, 'exactly ["[UNK]"]: no half words')

    @pytest.mark.check
    def test_never_given_back(self, student: Student, draw: Draw) -> None:
        """What has been taken is not given back, even where another cut would have worked."""
        first, second, third = (draw_word(draw, n) for n in draw.sizes(3, low=2, high=5))
        vocabulary = {first, first + second[:1], f"##{second}{third}", f"##{second}"}
        words = 'exactly ["[UNK]"]: the longer beginning fits, so it is taken, and then nothing does'
        self.compare(student, first + second + third, vocabulary, words)

    @pytest.mark.check
    def test_where_a_piece_may_stand(self, student: Student, draw: Draw) -> None:
        """A piece with ## never begins a word, and one without never continues it."""
        first, second = (draw_word(draw, n) for n in draw.sizes(2, low=3, high=6))
        only = 'exactly ["[UNK]"]'
        self.compare(student, first + second, {first, second}, f"{only}: the second piece is listed without ##")
        self.compare(
            student, first + second, {f"##{first}", f"##{second}"}, f"{only}: the first piece is listed with ##"
        )
        self.compare(student, first + second, {first, f"##{second}"}, "two pieces, the second one with ##")

    @pytest.mark.check
    def test_dictionary(self, student: Student, draw: Draw) -> None:
        """Works on a whole word, on one letter, and with a dictionary for a vocabulary."""
        word = draw_word(draw, 7)
        vocabulary = {word: 5, word[0]: 6, word[:3]: 7, f"##{word[3:]}": 8}
        for each in (word, word[0]):
            pieces = student.call("wordpiece", each, vocabulary)
            same(pieces, [each], "a word that is in the list is one piece")

    @staticmethod
    def compare(student: Student, word: str, vocabulary: set[str], words: str) -> None:
        """Fails unless the student's pieces are right; the vocabulary crosses as a list."""
        pieces = student.call("wordpiece", word, sorted(vocabulary))
        if not isinstance(pieces, list):
            fail("No list came back", "a list of pieces", pieces)
        if pieces != oracle.wordpiece(word, vocabulary):
            fail("The word was cut in another way", words, pieces)


@pytest.mark.exercise("build-inputs")
class TestBuildInputs:
    @pytest.mark.check(weight=2, core=True)
    def test_ids(self, student: Student, draw: Draw) -> None:
        """[CLS] a [SEP] b [SEP], or [CLS] a [SEP], then pads."""
        pairs = self.pairs(draw)
        words = "[CLS], the first text, [SEP], the second text and its [SEP] if there is one; pads on the right"
        same(self.ask(student, pairs)[0], oracle.build_inputs(pairs)[0], words)

    @pytest.mark.check(weight=1, core=True)
    def test_segments(self, student: Student, draw: Draw) -> None:
        """The first [SEP] belongs to segment 0, the second one to segment 1; pads have 0."""
        pairs = self.pairs(draw)
        words = "0 up to and with the first [SEP], 1 up to and with the second, 0 for pads"
        same(self.ask(student, pairs)[1], oracle.build_inputs(pairs)[1], words)

    @pytest.mark.check(weight=1, core=True)
    def test_attention_mask(self, student: Student, draw: Draw) -> None:
        """Real is everything but the pads."""
        pairs = self.pairs(draw)
        same(self.ask(student, pairs)[2], oracle.build_inputs(pairs)[2], "True at every token that is no pad, as bool")

    @pytest.mark.check
    def test_without_second_texts(self, student: Student, draw: Draw) -> None:
        """Texts alone have one [SEP], and all of them segment 0."""
        pairs: list[oracle.Pair] = [(a, None) for a, _ in self.pairs(draw)]
        for made, expected in zip(self.ask(student, pairs), oracle.build_inputs(pairs), strict=True):
            same(made, expected, "[CLS] a [SEP] and pads, segments of 0, and True where no pad is")

    @pytest.mark.check
    def test_a_single_row(self, student: Student, draw: Draw) -> None:
        """A batch of one needs no pads."""
        pairs = self.pairs(draw)[:1]
        for made, expected in zip(self.ask(student, pairs), oracle.build_inputs(pairs), strict=True):
            same(made, expected, "one row, as long as its text with [CLS] and twice [SEP]")

    @pytest.mark.check
    def test_texts_unchanged(self, student: Student, draw: Draw) -> None:
        """Leaves the lists it is given as they were."""
        pairs = self.pairs(draw)
        (after,) = student.inputs_after("build_inputs", pairs)
        same([list(pair) for pair in after], [list(pair) for pair in pairs], "the lists as they were: copy them first")

    @staticmethod
    def pairs(draw: Draw) -> list[oracle.Pair]:
        """Texts of different lengths, with and without a second one; one of these is empty."""
        B, *_ = draw.sizes(1, low=4, high=6)
        lengths = draw.sizes(B, low=2, high=9)
        firsts = [draw.integers(5, 90, (n,)).tolist() for n in lengths]
        seconds: list[list[int] | None] = [draw.integers(5, 90, (n,)).tolist() for n in draw.sizes(B, low=1, high=8)]
        seconds[1], seconds[2] = None, []
        return list(zip(firsts, seconds, strict=True))

    @staticmethod
    def ask(student: Student, pairs: list[oracle.Pair]) -> list[Tensor]:
        """The three things that come back."""
        made = student.call("build_inputs", pairs)
        if not (isinstance(made, tuple | list) and len(made) == 3):
            fail("Something else than three things came back", "ids, segments, attention_mask", made)
        return list(made)
