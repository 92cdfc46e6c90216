"""Finds text that was encoded to hide it in plain sight: base64 and hexadecimal digits, also compressed."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator

_RUN = re.compile(r"[A-Za-z0-9+/_=-]{16,}(?:[\s'\"\\,]+[A-Za-z0-9+/_=-]{16,})*")
_MAX_INFLATED = 100_000


def decoded(text: str, depth: int = 2) -> Iterator[str]:
    """All texts that runs of letters and digits in `text` decode to.

    Args:
        text: where to look.
        depth: how many codes may lie around each other.
    """
    for run in _RUN.findall(text):
        for data in _bytes_of(re.sub(r"[^A-Za-z0-9+/_=-]", "", run)):
            for plain in (data, _inflated(data)):
                hidden = plain.decode("utf-8", "ignore")
                if len(hidden) >= 8:
                    yield hidden
                    if depth > 1:
                        yield from decoded(hidden, depth - 1)


def _bytes_of(run: str) -> Iterator[bytes]:
    if re.fullmatch(r"[0-9a-fA-F]+", run):
        yield bytes.fromhex(run[: len(run) // 2 * 2])
    standard = run.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        yield base64.b64decode(standard[: len(standard) - (len(standard) % 4 == 1)] + "=" * (-len(standard) % 4))
    except (binascii.Error, ValueError):
        return


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _MAX_INFLATED)
    except zlib.error:
        return b""
