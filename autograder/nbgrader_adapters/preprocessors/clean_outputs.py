"""Makes the outputs of student code harmless and small."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.nbgrader_adapters import outputs
from autograder.nbgrader_adapters.clean import MAX_HTML, Budget, boxed, clean_html, render_markdown

#: Characters of text that a notebook may show in one output, and in all of them.
MAX_TEXT = 100_000
MAX_NOTEBOOK = 10_000_000
MAX_PICTURE = 3_000_000
MAX_OUTPUTS = 200

#: What steers a terminal or turns the direction of text; tabs, line ends and colours (`ESC[…m`) are left.
_STEERING = re.compile(
    r"\x1b(?!\[[\d;]{0,20}m)|[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_CUT = "\n… the rest is left out.\n"
_LEFT_OUT = "The outputs of this cell are left out: there is too much of them.\n"
_PICTURES = ("image/png", "image/jpeg", "image/gif")


class CleanOutputs(NbGraderPreprocessor):
    """Rebuilds every output from the parts that are known to be safe.

    Script, widgets and all else that a browser would run are dropped, HTML is cleaned, formulae become HTML, metadata
    goes, long text is cut. The text of an output is never trusted to say what kind of thing it is.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Clean all code cells; the budget for outputs is the notebook's as a whole."""
        left, html = MAX_NOTEBOOK, Budget()
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            kept = [clean for output in cell.outputs[:MAX_OUTPUTS] if (clean := clean_output(output, html))]
            left -= sum(len(str(output)) for output in kept)
            cell.outputs = kept if left >= 0 else [outputs.stream("stderr", _LEFT_OUT)]
        return nb, resources


def clean_output(output: NotebookNode, html: Budget) -> NotebookNode | None:
    """A harmless form of an output; None when nothing of it is left.

    Args:
        output: what student code has shown.
        html: how much HTML may still be cleaned; without it the plain text is left.
    """
    if output.output_type == "stream":
        return outputs.stream("stderr" if output.name == "stderr" else "stdout", _cut(output.text))
    if output.output_type == "error":
        lines = _cut("\n".join(map(str, output.traceback))).split("\n")
        return outputs.error(_cut(output.ename), _cut(output.evalue), lines)
    texts = {kind: _joined(raw) for kind, raw in output.get("data", {}).items()}
    data = {kind: value for kind, text in texts.items() if (value := _clean_data(kind, text, html))}
    if "text/latex" in texts and "text/html" not in data:
        data["text/html"] = render_markdown(texts["text/latex"], html)
    return outputs.display(data) if data else None


def _joined(raw: Any) -> str:
    return "".join(map(str, raw)) if isinstance(raw, list) else str(raw)


def _clean_data(kind: str, text: str, html: Budget) -> str | None:
    if kind in _PICTURES:
        return _picture(text)
    if kind == "text/plain":
        return _cut(text)
    if kind == "text/html" and html.allows(text, MAX_HTML):
        return boxed(clean_html(text))
    return None


def _picture(text: str) -> str | None:
    if len(text) > MAX_PICTURE:
        return None
    try:
        return base64.b64encode(base64.b64decode("".join(text.split()), validate=True)).decode()
    except (binascii.Error, ValueError):
        return None


def _cut(text: Any) -> str:
    words = _STEERING.sub("\N{REPLACEMENT CHARACTER}", str(text))
    return words if len(words) <= MAX_TEXT else words[:MAX_TEXT] + _CUT
