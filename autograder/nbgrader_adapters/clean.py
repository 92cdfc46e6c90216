"""Makes what students wrote harmless to look at, in feedback and in formgrader.

Both render a notebook by nbconvert, which passes HTML in outputs and in text cells through as it is. Here only
what a lesson needs is let through: by name, each attribute by what its value may be. What is left out leaves
its text behind. Formulae are set on the way, so that no page needs a script for them.
"""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

from bleach.css_sanitizer import CSSSanitizer
from bleach.html5lib_shim import Filter
from bleach.sanitizer import Cleaner
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.formulae import mathml

_TAGS = frozenset(
    re.findall(
        r"\w+",
        "a abbr b blockquote br caption code col colgroup dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li ol p "
        "pre q s samp small span strong sub sup table tbody td tfoot th thead tr tt u ul var",
    )
)
_STYLES = ("text-align", "width", "max-width", "color", "background-color", "font-weight", "font-style")

#: What an attribute may hold. Everything is spelt out: a list of what is harmful is never complete.
_LINK = re.compile(r"https?://[^\s\"'<>\\]+", re.ASCII | re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=\s]*", re.ASCII)
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
_MAX_FORMULAE = 2_000
_OPENING = re.compile(r"<[A-Za-z]")
#: Elements whose text is nothing to read.
_WITH_CONTENT = re.compile(r"<(script|style)\b.*?(</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)


def _allows(tag: str, name: str, value: str) -> bool:
    pattern = _ALLOWED.get(tag, {}).get(name) or _ALLOWED["*"].get(name)
    return pattern is not None and pattern.fullmatch(value.strip()) is not None


class Budget:
    """How much may be rendered for one page: parsers of HTML and markdown take a square of the time for odd text."""

    def __init__(self, characters: int = 500_000, formulae: int = _MAX_FORMULAE) -> None:
        self._left = characters
        self._formulae = formulae

    def allows(self, text: str, most: int) -> bool:
        """Whether a text of at most `most` characters, and not too many tags, may be rendered still; counts it."""
        self._left -= len(text)
        return self._left >= 0 and len(text) <= most and len(_OPENING.findall(text)) <= _MAX_TAGS

    def allows_formula(self) -> bool:
        """Whether one more formula may be set; counts it."""
        self._formulae -= 1
        return self._formulae >= 0


class _Finish(Filter):
    """Comes after the cleaning: links tell nothing of where they stood, formulae take their places."""

    def __init__(self, source: Any, formulae: Mapping[str, Element]) -> None:
        super().__init__(source)
        self._formulae = formulae

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for token in super().__iter__():
            opened = token["name"] if token["type"] == "StartTag" else ""
            if opened == "a" and (None, "href") in token["data"]:
                token["data"][None, "rel"] = "noopener noreferrer nofollow"
            yield token
            if opened == "var" and (place := token["data"].get((None, "title"))) in self._formulae:
                yield from _tokens(self._formulae[place])


def _tokens(element: Element) -> Iterator[dict[str, Any]]:
    """An element as the cleaner's serialiser takes it: that escapes what it has to."""
    attributes = {(None, name): value for name, value in element.attrib.items()}
    yield {"type": "StartTag", "name": element.tag, "namespace": None, "data": attributes}
    if element.text:
        yield {"type": "Characters", "data": element.text}
    for child in element:
        yield from _tokens(child)
    yield {"type": "EndTag", "name": element.tag, "namespace": None}


def clean_html(text: str, formulae: Mapping[str, Element] | None = None) -> str:
    """HTML without anything that runs, fetches, overlays or poses as part of the page.

    Args:
        formulae: to be set into the elements `<var title="…">` of these titles.
    """
    cleaner = Cleaner(
        tags=_TAGS,
        attributes=_allows,
        protocols=frozenset({"http", "https", "data"}),
        strip=True,
        filters=[partial(_Finish, formulae=formulae or {})],
        css_sanitizer=CSSSanitizer(allowed_css_properties=_STYLES),
    )
    return str(cleaner.clean(_WITH_CONTENT.sub("", text)))


def boxed(cleaned: str) -> str:
    """Clean HTML in a box of its own: a page may keep it inside, and MathJax (TeX can make links) has to keep out."""
    return f'<div class="rendered_html tex2jax_ignore mathjax_ignore">{cleaned}</div>'


class _Renderer(IPythonRenderer):
    """nbconvert's renderer of markdown, with formulae set; it reads no file but pictures below its folder.

    Attributes:
        formulae: what to set, by the names of their places; nobody can guess these.
    """

    def __init__(self, budget: Budget, **settings: Any) -> None:
        super().__init__(escape=False, exclude_anchor_links=True, **settings)
        self._budget = budget
        self._name = secrets.token_hex(16)
        self.formulae: dict[str, Element] = {}

    def inline_math(self, body: str) -> str:
        """A formula in a line of text."""
        return self._formula(body, "inline")

    def block_math(self, body: str) -> str:
        """A formula on a line of its own."""
        return self._formula(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        """Several lines of formulae."""
        return self._formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture; its words where it was not handed in."""
        known = not url.startswith("attachment:") or url.removeprefix("attachment:") in self.attachments
        return super().image(text, url, title) if known else html.escape(text)

    def _formula(self, tex: str, display: str) -> str:
        made = mathml(tex, display) if self._budget.allows_formula() else None
        if made is None:
            return f"<code>{html.escape(tex)}</code>"
        place = f"{self._name}-{len(self.formulae)}"
        self.formulae[place] = made
        return f'<var title="{place}"></var>'


def render_markdown(
    source: str, budget: Budget, *, folder: str = "", attachments: Mapping[str, Mapping[str, str]] | None = None
) -> str:
    """Clean HTML of markdown; where that cannot be rendered, or would take too long, it is shown as it was written.

    Args:
        folder: where the pictures of the lesson are, which are embedded; without it none is.
        attachments: pictures in the cell, by name and kind.
    """
    if not budget.allows(source, _MAX_MARKDOWN):
        return _as_written(source)
    renderer = _Renderer(budget, path=folder, embed_images=bool(folder), attachments=attachments or {})
    try:
        made = MarkdownWithMath(renderer=renderer).render(source)
        return boxed(clean_html(made, renderer.formulae))
    except Exception:  # noqa: BLE001 # hostile text breaks the renderer in many ways; none may cost a page
        return _as_written(source)


def _as_written(source: str) -> str:
    return f"<pre>{html.escape(source[:_MAX_SHOWN])}</pre>"


# What nbconvert's templates call, in the places of its own filters


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """The filter of text cells and comments."""
    cell: dict[str, Any] = context.get("cell") or {}
    folder = context.get("resources", {}).get("metadata", {}).get("path", "")
    return render_markdown(source, _budget(context), folder=folder, attachments=cell.get("attachments"))


@pass_context
def clean_raw(context: Context, source: str) -> str:
    """The filter of raw cells, which nbconvert calls `clean_html`."""
    text = str(source)
    return boxed(clean_html(text)) if _budget(context).allows(text, MAX_HTML) else _as_written(text)


def _budget(context: Context) -> Budget:
    budget: Budget = context.get("resources", {}).setdefault("aandacht_budget", Budget())
    return budget
