"""What a page that we hand out may do: be read. It fetches nothing, sends nothing, and runs at most a script of ours.

A browser is told so by the page itself, before anything else of it is read. Should hostile text ever get past the
cleaning, it meets this second wall, which knows nothing of the first.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from markupsafe import Markup

#: No source for anything but pictures that stand in the page itself.
_RULES = ("default-src 'none'", "img-src data:", "base-uri 'none'", "form-action 'none'")


def policy(styles: Iterable[str], *, attributes: bool = False, scripts: Iterable[str] = ()) -> Markup:
    """The `<meta>` element with the content-security policy, to stand first in a page's head; links tell no referrer.

    Args:
        styles: the texts of the page's own `<style>` elements, exactly as they stand in it; no other one counts.
        attributes: whether `style="…"` counts as well.
        scripts: the texts of the page's own `<script>` elements; no other one runs.
    """
    own = "style-src " + " ".join(f"'{_fingerprint(text)}'" for text in styles)
    # A browser that cannot tell elements from attributes reads the first of these two alone.
    rules = ("style-src 'unsafe-inline'", own.replace("style-src", "style-src-elem")) if attributes else (own,)
    if own_scripts := [f"'{_fingerprint(text)}'" for text in scripts]:
        rules = (*rules, "script-src " + " ".join(own_scripts))
    meta = '<meta http-equiv="Content-Security-Policy" content="{}">\n<meta name="referrer" content="no-referrer">'
    return Markup(meta.format("; ".join((*_RULES, *rules))))  # noqa: S704 # rules are ours, and hold no quote like that


def _fingerprint(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
