"""Says in which line of a TOML file something stands, which no reader of TOML tells.

`Where` is fed with the text once; it knows the headers (`[[question]]`, `[[question.option]]`) and keys outside of
long strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_HEADER = re.compile(r"\s*\[{1,2}\s*([A-Za-z_.-]+)\s*\]{1,2}")
_KEY = re.compile(r"\s*([A-Za-z_][\w-]*)\s*=")
_STEP = re.compile(r"\.(\w+)(?:\[(\d+)\])?")
_QUOTES = ('"""', "'''")


class Where:
    """The lines of one file."""

    def __init__(self, text: str) -> None:
        self._marks = list(_marks(text))

    def line(self, path: str) -> int:
        """The line (from 1) that a path like `$.question[3].option[1].why` leads to, or the nearest above it."""
        line, low, high, header = 1, 0, len(self._marks), ""
        for name, number in _STEP.findall(path):
            inner = f"{header}.{name}" if header else name
            found = [i for i in range(low, high) if self._marks[i][1:] == (True, inner)]
            place = int(number or 0)
            if place < len(found):
                after = found[place + 1] if place + 1 < len(found) else high
                line, low, high, header = self._marks[found[place]][0], found[place], after, inner
            else:
                return self._key(name, low, high) or line
        return line

    def _key(self, name: str, low: int, high: int) -> int | None:
        """The line of a key of the table that begins at `low`: before the next header."""
        for line, is_header, found in self._marks[low + 1 : high]:
            if is_header:
                return None
            if found == name:
                return line
        return None


def _marks(text: str) -> Iterator[tuple[int, bool, str]]:
    """(line, whether it is a header, its name) for all that stands outside of long strings."""
    closing = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not closing:
            if header := _HEADER.match(line):
                yield number, True, header.group(1)
            elif key := _KEY.match(line):
                yield number, False, key.group(1)
        if closing or not line.lstrip().startswith("#"):
            closing = _after(line, closing)


def _after(line: str, closing: str) -> str:
    """The quotes that are still open at the end of the line."""
    place = 0
    while True:
        wanted = [closing] if closing else list(_QUOTES)
        found = [(line.find(quotes, place), quotes) for quotes in wanted if line.find(quotes, place) >= 0]
        if not found:
            return closing
        at, quotes = min(found)
        place, closing = at + 3, "" if closing else quotes
