"""Pictures that a student pasted into a text cell: which of them are kept.

Kept are PNG, JPEG and GIF pictures of at most 2 MB whose first bytes are what their name promises, at most a hundred
in a cell. Anything else (SVG and HTML can carry script) goes, with a notice.
"""

from __future__ import annotations

import base64
import binascii
import itertools
from typing import Any

MAX_PICTURE = 2_000_000
MAX_PICTURES = 100  #: in one cell
_SIGNATURES = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
}


def keep_pictures(attachments: Any) -> tuple[dict[str, dict[str, str]], int]:
    """The attachments that are harmless pictures, and how many were left out.

    Args:
        attachments: a cell's attachments as submitted, of any shape.
    """
    if not isinstance(attachments, dict):
        return {}, int(bool(attachments))
    looked_at = itertools.islice(attachments.items(), MAX_PICTURES)
    kept = {name: pictures for name, bundle in looked_at if (pictures := _pictures(bundle))}
    return kept, len(attachments) - len(kept)


def _pictures(bundle: Any) -> dict[str, str]:
    if not isinstance(bundle, dict):
        return {}
    texts = {kind: "".join(data) if isinstance(data, list) else data for kind, data in bundle.items() if _lines(data)}
    return {kind: text for kind, text in texts.items() if _is_picture(kind, text)}


def _lines(data: Any) -> bool:
    return isinstance(data, str) or (isinstance(data, list) and all(isinstance(line, str) for line in data))


def _is_picture(kind: str, text: str) -> bool:
    if kind not in _SIGNATURES or len(text) > MAX_PICTURE * 4 // 3 + 4:
        return False
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return data.startswith(_SIGNATURES[kind])
