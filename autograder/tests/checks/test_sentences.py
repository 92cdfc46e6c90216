"""What student code says stands in our sentences: readable where it is honest, harmless where it is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.checks.sentences import LONGEST_QUOTE, quoted, shown

HONEST = [
    "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)",
    "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1",
    "'NoneType' object is not subscriptable",
    "Größe 3 × 4 — 形状が違います: ²·√d_k ≤ 1 … “why?” 🙂 cafe\N{COMBINING ACUTE ACCENT}",
    "{called} %s \\n <b>&amp;</b> | $x$ *a* _b_ [c](d)",
    "",
]
UNSEEN = {
    "a cleared screen": "\x1b[2J",
    "a title": "\x1b]0;x\x07",
    "a control sequence of one character": "\x9b2J",
    "a bell": "\a",
    "backspaces": "\b\b",
    "nothing at all": "\0",
    "a deletion": "\x7f",
    "right to left": "\u202e",
    "an isolate": "\u2066",
    "a mark of direction": "\u200f",
    "no width": "\u200b\u200c\u200d\u2060\ufeff",
    "a hyphen that is not seen": "\u00ad",
    "a joiner": "\u034f",
    "blank letters": "\u3164\u115f\u1160\uffa0\u2800",
    "tags": "\U000e0041\U000e007f",
    "half a character": "\ud800",
    "private use": "\ue000",
    "a line separator": "\u2028\u2029",
}


@pytest.mark.parametrize("text", HONEST)
def test_an_honest_message_is_quoted_unchanged(text: str) -> None:
    assert quoted(text) == text
    assert shown(text) == text


@pytest.mark.parametrize("unseen", UNSEEN.values(), ids=UNSEEN)
def test_what_is_not_seen_leaves_a_mark(unseen: str) -> None:
    for cleaned in (quoted(f"a{unseen}b"), shown(f"a{unseen}b")):
        assert "\N{REPLACEMENT CHARACTER}" in cleaned
        assert not set(unseen) & set(cleaned) - set("[]2J0;x")


def test_a_quote_ends_no_name_of_ours() -> None:
    assert quoted("use `f` not ```g```") == "use 'f' not '''g'''"


def test_a_quote_is_one_line() -> None:
    assert quoted("Error(s) in loading:\n\tMissing key(s)\r\n\r\n  end") == "Error(s) in loading: Missing key(s) end"
    assert quoted("two  spaces") == "two  spaces"


def test_a_quote_is_cut() -> None:
    assert quoted("x" * LONGEST_QUOTE) == "x" * LONGEST_QUOTE
    assert quoted("x" * (LONGEST_QUOTE + 1)) == "x" * (LONGEST_QUOTE - 1) + "…"
    assert quoted("x" * 10**8, 5) == "xxxx…"


def test_marks_are_not_stacked_over_other_lines() -> None:
    assert quoted("a" + "\N{COMBINING TILDE}" * 9).count("\N{COMBINING TILDE}") == 3


@given(st.text(st.characters(), max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_becomes_one_that_can_be_written_down(text: str) -> None:
    cleaned = quoted(text)
    assert len(cleaned) <= LONGEST_QUOTE
    assert cleaned.isprintable()
    assert "`" not in cleaned
    cleaned.encode()
    assert len(shown(text * 10)) <= 2000
