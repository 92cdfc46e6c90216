"""What a student gets to see: texts of outputs and messages, and the feedback page, in which nothing may run."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

_CODED = re.compile(r"[A-Za-z0-9+/]{24,}")
_ADDRESSES = {"href", "src", "action", "formaction", "data", "srcdoc", "xlink:href", "poster", "background"}
_EXECUTING = ("javascript:", "vbscript:", "data:text/html", "data:image/svg")
_FOREIGN = {"iframe", "object", "embed", "base", "form", "frame", "applet"}


def outputs_of(notebook: Path) -> str:
    """All texts in the outputs of a graded notebook, one after another."""
    with suppress(OSError, ValueError):
        cells = json.loads(notebook.read_bytes())["cells"]
        return "\n".join(text for cell in cells for output in cell.get("outputs", ()) for text in _texts(output))
    return ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(item)


def with_decoded(text: str) -> str:
    """A text, and what stands in it in base64 or in hexadecimal digits."""
    words = _CODED.findall(text)
    return "\n".join([text, *map(_from_base64, words), *map(_from_hex, words)])


def _from_base64(word: str) -> str:
    with suppress(ValueError):
        return base64.b64decode(word[: len(word) // 4 * 4]).decode("ascii", "replace")
    return ""


def _from_hex(word: str) -> str:
    with suppress(ValueError):
        return bytes.fromhex(word[: len(word) // 2 * 2]).decode("ascii", "replace")
    return ""


def active_content(page: str, mark: str) -> list[str]:
    """What in a page would run, or call elsewhere, and is not the page's own."""
    parser = _Parser(mark)
    parser.feed(page)
    return parser.found


class _Parser(HTMLParser):
    """Collects script that bears the mark, handlers of events, and addresses that execute."""

    def __init__(self, mark: str) -> None:
        super().__init__(convert_charrefs=True)
        self._mark, self._in_script = mark, False
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._in_script = tag in ("script", "style")
        if tag in _FOREIGN:
            self.found.append(f"<{tag}>")
        if tag == "meta" and dict(attributes).get("http-equiv", "") == "refresh":
            self.found.append("<meta refresh>")
        for name, value in attributes:
            address = "".join((value or "").split()).lower()
            if name.startswith("on") or (name in _ADDRESSES and address.startswith(_EXECUTING)):
                self.found.append(f"<{tag} {name}={value}>")
            if name in _ADDRESSES and self._mark in address and not address.startswith("#"):
                self.found.append(f"<{tag} {name}={value}> calls elsewhere")

    def handle_data(self, data: str) -> None:
        if self._in_script and self._mark in data:
            self.found.append(f"script of the student's: {data[:80]}")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False
