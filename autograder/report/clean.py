"""Makes text that others wrote fit to be shown: no control characters, no terminal codes, no endless strings."""

from __future__ import annotations

import re
import unicodedata
from xml.etree.ElementTree import tostring

from markupsafe import Markup, escape

from autograder.formulae import FORMULA, mathml

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CODE = re.compile(r"`([^`\n]+)`")
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_CUT = " […]"
_PRIVATE = 0xE000  #: the first character of Unicode's private use: 6400 of them stand in for formulae


def plain(text: str, limit: int) -> str:
    """The readable part of `text`: at most `limit` characters, newlines kept, all else that does not print left out.

    Characters that turn the writing direction go too, because they let a text read as another one.
    """
    # Cut generously first, so that a gigabyte is not scanned character by character.
    readable = _ANSI.sub("", text[: 8 * limit])
    readable = "".join(_printable(character) for character in readable).strip()
    # What was cut before cleaning is missing too, even where the cleaned rest would fit.
    if len(readable) <= limit and len(text) <= 8 * limit:
        return readable
    return readable[:limit].rstrip() + _CUT


def _printable(character: str) -> str:
    if character in "\n\t":
        return "\n" if character == "\n" else " "
    return "" if unicodedata.category(character) in _HIDDEN else character


def paragraphs(text: str, limit: int = 1500) -> list[str]:
    """The readable part of `text` as paragraphs: blank lines part them, single line breaks are mere wrapping."""
    parts = re.split(r"\n\s*\n", plain(text, limit))
    return [" ".join(part.split()) for part in parts if part.strip()]


def prose(text: str, limit: int = 1500) -> list[Markup]:
    """The paragraphs of `text` as safe HTML, with `code` between backticks set as code."""
    # Escaped before the code tags are put in: nothing in the text can be a tag of its own.
    return [Markup(_CODE.sub(r"<code>\1</code>", str(escape(part)))) for part in paragraphs(text, limit)]  # noqa: S704


def taught(text: str, limit: int = 8000) -> list[Markup]:
    """As `prose`, with formulae between dollars set: for explanations, which are the course's own for the most part."""
    return [_with_formulae(part) for part in paragraphs(text, limit)]


def _with_formulae(part: str) -> Markup:
    """One paragraph; formulae that cannot be set stay as they are written."""
    formulae: list[str] = []

    def put_aside(match: re.Match[str]) -> str:
        tex = match["block"] or match["inline"]
        made = mathml(tex.strip()) if tex else None
        if made is None:
            return match[0]
        formulae.append(tostring(made, encoding="unicode"))
        return chr(_PRIVATE + len(formulae) - 1)  # `plain` let no such character through

    text = str(escape(FORMULA.sub(put_aside, part)[: 10**5]))
    text = _CODE.sub(r"<code>\1</code>", text).replace("\\$", "$")
    return Markup("".join(formulae[ord(c) - _PRIVATE] if _PRIVATE <= ord(c) < _PRIVATE + 6400 else c for c in text))  # noqa: S704


def points(value: float) -> str:
    """A number of points as people write it: 2.5, 3, 0.33."""
    return f"{round(value, 2):g}"
