"""TeX that people write becomes MathML; TeX that does more than set a formula does not."""

from __future__ import annotations

import re
import time
from xml.etree.ElementTree import tostring

import pytest

from autograder.formulae import mathml
from autograder.nbgrader_adapters.clean import Budget, render_markdown


def shown(tex: str, display: str = "inline") -> str:
    made = mathml(tex, display)
    assert made is not None
    return tostring(made, encoding="unicode")


@pytest.mark.parametrize(
    "tex",
    [
        r"\operatorname{softmax}\left(\frac{Q K^\top}{\sqrt{d_k}}\right) V",
        r"h_t = \tanh(W h_{t-1} + U x_t), \quad x \in \mathbb{R}^{d_{\text{model}}}",
        r"\underbrace{a + b}_{\text{weights}} \ne \hat{y} \cdot \bar{x}",
        r"\begin{cases} 0 & x < 0 \\ 1 & \text{otherwise} \end{cases}",
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
        r"\sum_{i=1}^{T} \alpha_{ti} h_i \le -\infty",
    ],
)
def test_formulae_of_a_lesson_are_set(tex: str) -> None:
    made = shown(tex)
    assert "\\" not in made
    assert "<mi>" in made


@pytest.mark.parametrize(
    ("tex", "gone"),
    [
        (r"\href{javascript:x}{y}", "href"),
        (r"\style{position:fixed}{y}", "style"),
        (r"\class{btn}{y}", "class"),
        (r"\color{white}{y}", "color"),
        (r"\hspace{-99em} y", "width"),
        (r"\hspace{99em} y", "width"),
        (r"\rule{99em}{99em} y", "height"),
        (r"\rlap{y}", "mpadded"),
        (r"\smash{y}", "mpadded"),
        (r"\Huge y", "mathsize"),
        (r"\text{<script>y</script>}", "<script"),
        (r"\text{&lt;script>y}", "<script"),
    ],
)
def test_what_is_no_formula_is_left_out(tex: str, gone: str) -> None:
    made = shown(tex)
    assert gone not in made
    assert "y" in made


@pytest.mark.parametrize(
    "tex",
    [r"\def\a{\a\a}\a", r"\newcommand{\a}{xx}\a", r"\DeclareMathOperator{\a}{x}\a", "x" * 2_001, "{" * 1500, "x_1_2"],
)
def test_what_could_grow_or_makes_no_sense_is_not_set(tex: str) -> None:
    assert mathml(tex) is None


@pytest.mark.parametrize(
    "tex",
    [
        r"\def\a{\a\a}\a",
        r"\frac{",
        "{" * 1500,
        "x" * 3000,
        r"\left(" * 300,
        r"\begin{x}",
        "x_1_2",
        "^",
        "",
    ],
)
def test_what_cannot_be_set_is_shown_as_it_was_written(tex: str) -> None:
    made = render_markdown(f"before ${tex}$ after", Budget())
    assert "before" in made
    assert "after" in made
    if mathml(tex) is None and tex:
        assert re.search(r"<code>|\$", made)


def test_no_number_of_formulae_holds_the_grader_up() -> None:
    started, budget = time.monotonic(), Budget(100_000)
    for _ in range(10):
        render_markdown(r"$\sqrt{a}$ " * 2_500, budget)
        render_markdown("$" + "a" * 1_900 + "$ ", budget)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("tex", [r'\text{" onerror=x y="}', r"\text{'><img src=x onerror=x>}"])
def test_the_words_of_a_picture_stay_words(tex: str) -> None:
    made = render_markdown(f"![a ${tex}$ b](data:image/png;base64,AAAA)", Budget())
    assert "<math" not in made
    assert not re.search(r"<img[^>]*\sonerror", made)
