"""Sets a quiz's Markdown as HTML that needs no script and no network: formulae as MathML, code in colours."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from xml.etree.ElementTree import tostring

from markdown_it import MarkdownIt
from markupsafe import escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.formulae import FORMULA, mathml

#: Stand in for formulae while Markdown is set: of Unicode's private use, and taken out of the text before.
_OPEN, _CLOSE = "\ue000", "\ue001"
_STYLE = "default"
SetsFormula = Callable[[str], str]


def html(text: str, *, classes: bool = False, tex: bool | SetsFormula = False) -> str:
    r"""A text of several paragraphs; HTML in it is shown as it is written.

    Args:
        classes: colours by classes (`code_style` has their style) instead of by attributes.
        tex: formulae as TeX between `\(` and `\)`, for systems that set them themselves, instead of as MathML; or what
            makes the HTML of a formula.
    """
    return _with_formulae(text, lambda markdown, marked: markdown.render(marked), classes, tex)


def inline_html(text: str, *, tex: bool | SetsFormula = False) -> str:
    """A text of one line, without a paragraph around it."""
    return _with_formulae(" ".join(text.split()), lambda markdown, marked: markdown.renderInline(marked), False, tex)


def code_style() -> str:
    """The style of code that is coloured by classes."""
    return str(HtmlFormatter(style=_STYLE).get_style_defs("pre"))


def _with_formulae(text: str, render: Callable[[MarkdownIt, str], str], classes: bool, tex: bool | SetsFormula) -> str:
    formulae: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        if match["code"]:
            return match[0]
        formula, block = (match["block"] or match["inline"]).strip(), bool(match["block"])
        formulae.append(tex(formula) if callable(tex) else (_tex if tex else _formula)(formula, block))
        return f"{_OPEN}{len(formulae) - 1}{_CLOSE}"

    marked = FORMULA.sub(put_aside, text.translate({ord(_OPEN): None, ord(_CLOSE): None})).replace("\\$", "$")
    made = render(_markdown(classes), marked)
    for place, formula in enumerate(formulae):
        made = made.replace(f"{_OPEN}{place}{_CLOSE}", formula)
    return made.strip()


@cache
def _markdown(classes: bool) -> MarkdownIt:
    """Markdown without what would lead elsewhere: an answer may stand in a text."""
    made = MarkdownIt("commonmark", {"html": False, "highlight": partial(_code, classes=classes)})
    return made.disable(["image", "link", "autolink"])


def _tex(tex: str, block: bool) -> str:
    return rf"\[{escape(tex)}\]" if block else rf"\({escape(tex)}\)"


def _formula(tex: str, block: bool) -> str:
    made = mathml(tex, "block" if block else "inline")
    return f"<code>{escape(tex)}</code>" if made is None else tostring(made, encoding="unicode")


def _code(code: str, language: str, attributes: str, *, classes: bool) -> str:
    return highlighted(code, classes=classes) if language == "python" else ""


def highlighted(code: str, *, numbers: bool = False, classes: bool = False) -> str:
    """Python in colours, as `<pre>`; with the numbers of its lines if asked."""
    formatter = HtmlFormatter(noclasses=not classes, style=_STYLE, nowrap=True)
    lines = highlight(code.strip("\n"), PythonLexer(stripnl=False), formatter).rstrip("\n").split("\n")
    if numbers:
        width = len(str(len(lines)))
        lines = [f"{number:>{width}}  {line}" for number, line in enumerate(lines, 1)]
    return "<pre>" + "\n".join(lines) + "</pre>"


def picture_data(folder: Path, picture: str) -> str:
    """An SVG as an address that holds it."""
    data = base64.b64encode((folder / "figures" / picture).read_bytes()).decode()
    return f"data:image/svg+xml;base64,{data}"
