"""Makes what students wrote harmless to look at, in feedback and in formgrader.

Both render a notebook by nbconvert, which passes HTML in outputs and in text cells through as it is. Here only
what a lesson needs is let through: by name, each attribute by what its value may be. What is left out leaves
its text behind.
"""

from __future__ import annotations

import html
import re
from typing import Any

from bleach.css_sanitizer import CSSSanitizer
from bleach.sanitizer import Cleaner
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

_TAGS = frozenset(
    re.findall(
        r"\w+",
        "a abbr b blockquote br caption code col colgroup dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p "
        "pre q s samp small span strong sub sup table tbody td tfoot th thead tr tt u ul var",
    )
)
_STYLES = ("text-align", "width", "max-width", "color", "background-color", "font-weight", "font-style")

#: What an attribute may hold. Everything is spelt out: a list of what is harmful is never complete.
_LINK = re.compile(r"(https?://|mailto:)[^\s\"'<>]*|#[\w-]*|[\w./-]*", re.ASCII)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=\s]*|[\w./ -]*", re.ASCII)
_NUMBER = re.compile(r"\d{1,4}(%|px)?", re.ASCII)
#: Colours of code, as Pygments names them. Other classes would reach the buttons of formgrader's page.
_CLASS = re.compile(r"highlight|[a-z][a-z0-9]{0,2}", re.ASCII)
_WORDS = re.compile(r"[^<>]*")
_ALLOWED: dict[str, dict[str, re.Pattern[str]]] = {
    "*": {"title": _WORDS, "style": _WORDS},
    "a": {"href": _LINK},
    "img": {"src": _PICTURE, "alt": _WORDS, "width": _NUMBER, "height": _NUMBER},
    "div": {"class": _CLASS},
    "span": {"class": _CLASS},
    "td": {"colspan": _NUMBER, "rowspan": _NUMBER},
    "th": {"colspan": _NUMBER, "rowspan": _NUMBER},
    "ol": {"start": _NUMBER},
}
#: What is more than that is not rendered.
MAX_HTML = 50_000
_MAX_MARKDOWN = 30_000
_MAX_TAGS = 2_000
_MAX_SHOWN = 100_000
_OPENING = re.compile(r"<[A-Za-z]")
#: Elements whose text is nothing to read.
_WITH_CONTENT = re.compile(r"<(script|style)\b.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)


def _allows(tag: str, name: str, value: str) -> bool:
    pattern = _ALLOWED.get(tag, {}).get(name) or _ALLOWED["*"].get(name)
    return pattern is not None and pattern.fullmatch(value.strip()) is not None


_cleaner = Cleaner(
    tags=_TAGS,
    attributes=_allows,
    protocols=frozenset({"http", "https", "mailto", "data"}),
    strip=True,
    css_sanitizer=CSSSanitizer(allowed_css_properties=_STYLES),
)


class Budget:
    """How much may be rendered for one page: parsers of HTML and markdown take a square of the time for odd text."""

    def __init__(self, characters: int = 500_000) -> None:
        self._left = characters

    def allows(self, text: str, most: int) -> bool:
        """Whether a text of at most `most` characters, and not too many tags, may be rendered still; counts it."""
        self._left -= len(text)
        return self._left >= 0 and len(text) <= most and len(_OPENING.findall(text)) <= _MAX_TAGS


def clean_html(text: str) -> str:
    """HTML without anything that runs, fetches, overlays or poses as part of the page."""
    return str(_cleaner.clean(_WITH_CONTENT.sub("", text)))


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """The filter that nbconvert has by this name, its result cleaned; pictures of the lesson are embedded.

    Markdown that cannot be rendered, or would take too long, is shown as it was written.
    """
    budget = context.get("resources", {}).setdefault("aandacht_budget", Budget())
    if not budget.allows(source, _MAX_MARKDOWN):
        return _as_written(source)
    cell: dict[str, Any] = context.get("cell") or {}
    folder = context.get("resources", {}).get("metadata", {}).get("path", "")
    renderer = IPythonRenderer(
        escape=False,
        attachments=cell.get("attachments", {}),
        embed_images=True,
        exclude_anchor_links=True,
        path=folder,
    )
    try:
        return clean_html(MarkdownWithMath(renderer=renderer).render(source))
    except Exception:  # noqa: BLE001 # hostile text breaks the renderer in many ways; none may cost a page
        return _as_written(source)


def _as_written(source: str) -> str:
    return f"<pre>{html.escape(source[:_MAX_SHOWN])}</pre>"
