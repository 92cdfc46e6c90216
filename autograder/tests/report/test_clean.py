from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.report.clean import paragraphs, plain, points, prose


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;https://example.org\x07link\x1b]8;;\x07", "link"),
        ("a\x00b\x07c\rd", "abcd"),
        ("user\u202etxt.exe", "usertxt.exe"),
        ("tab\tkept as a space", "tab kept as a space"),
        ("√d_k × “é” 你好", "√d_k × “é” 你好"),
    ],
)
def test_what_does_not_print_is_left_out(text: str, shown: str) -> None:
    assert plain(text, 100) == shown


@given(st.text(), st.integers(1, 50))
def test_plain_text_is_short_and_printable(text: str, limit: int) -> None:
    shown = plain(text, limit)
    assert len(shown) <= limit + len(" […]")
    assert not any(unicodedata.category(character) == "Cc" and character != "\n" for character in shown)


def test_a_cut_is_said_even_when_the_cut_part_held_nothing_to_show() -> None:
    assert plain("x" * 100, 10) == "x" * 10 + " […]"
    assert plain("\x1b[0m" * 10**6 + "end", 10) == " […]"


def test_a_gigabyte_is_never_scanned() -> None:
    class Long(str):
        __slots__ = ()

        def __len__(self) -> int:
            return 2**30

    assert plain(Long("x" * 500), 20) == "x" * 20 + " […]"


def test_wrapped_lines_are_joined_and_paragraphs_parted() -> None:
    assert paragraphs("one\n  line\n\n \n\ntwo") == ["one line", "two"]


def test_code_is_set_as_code_and_all_else_escaped() -> None:
    assert prose("see `x < y` & <b>") == ["see <code>x &lt; y</code> &amp; &lt;b&gt;"]


@pytest.mark.parametrize(("value", "shown"), [(3.0, "3"), (2.5, "2.5"), (1 / 3, "0.33"), (0.0, "0")])
def test_points_read_as_people_write_them(value: float, shown: str) -> None:
    assert points(value) == shown
