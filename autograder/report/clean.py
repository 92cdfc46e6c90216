"""Makes text that others wrote fit to be shown: no control characters, no terminal codes, no endless strings."""

from __future__ import annotations

import re
import unicodedata

from markupsafe import Markup, escape

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CODE = re.compile(r"`([^`\n]+)`")
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_CUT = " […]"


def plain(text: str, limit: int) -> str:
    """The readable part of `text`: at most `limit` characters, newlines kept, all else that does not print left out.

    Characters that turn the writing direction go too, because they let a text read as another one.
    """
    # Cut generously first, so that a gigabyte is not scanned character by character.
    readable = _ANSI.sub("", text[: 8 * limit])
    if not all(line.isprintable() for line in readable.split("\n")):
        readable = "".join(_printable(character) for character in readable)
    readable = readable.strip()
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


def points(value: float) -> str:
    """A number of points as people write it: 2.5, 3, 0.33."""
    return f"{round(value, 2):g}"
