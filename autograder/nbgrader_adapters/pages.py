"""The page that a student gets back, as `nbgrader generate_feedback` and `autograder grade` both write it.

nbgrader's own template makes it, for a browser that runs MathJax and fetches it from elsewhere. Here it becomes a
document: formulae are set already (`formulae.py`), so no script is left, and a policy forbids all others.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbformat.notebooknode import NotebookNode

from autograder.policy import policy

#: Scripts, what is said about them, and fonts of symbols that no page shows.
_FETCHED = re.compile(r"<script\b.*?</script\s*>|<!--.*?-->|@font-face\s*\{[^}]*\}", re.DOTALL | re.IGNORECASE)
_STYLES = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.DOTALL | re.IGNORECASE)

#: Characters of a cell's text that a page shows.
_MOST_SOURCE = 100_000
_PHONES = '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
#: `contain` keeps whatever a student wrote inside its own box: nothing in it can lie over the marks.
_STYLE = """
.rendered_html, .output_subarea { contain: paint; overflow-x: auto; }
.rendered_html table { margin: .8em 0; }
.rendered_html th, .rendered_html td { padding: .2em .6em; border-bottom: 1px solid #ddd; }
.rendered_html img, .output_subarea img { max-width: 100%; height: auto; }
math { font: 1.08em "Latin Modern Math", "STIX Two Math", "Cambria Math", "DejaVu Math TeX Gyre", math; }
math[display="block"] { margin: .6em 0; }
.input_area pre { overflow-x: auto; }
@media print {
  pre { white-space: pre-wrap; word-break: normal; overflow-wrap: break-word; }
  a[href]:after { content: none !important; }
  #toc a, .panel-heading a { color: inherit; }
}
"""


class FeedbackExporter(HTMLExporter):
    """nbconvert's exporter; the page it gives runs nothing and fetches nothing."""

    def from_notebook_node(  # type: ignore[override] # HTMLExporter gives text, where its parent gives a notebook
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of one notebook, and the resources of its making; locked cells that are folded away are left out."""
        nb = copy.copy(nb)
        nb.cells = [_cut(cell) for cell in nb.cells if not _is_folded(cell)]
        page, resources = super().from_notebook_node(nb, resources, **kw)
        return sealed(page), resources


def _is_folded(cell: NotebookNode) -> bool:
    """Whether its instructor folded a cell away: a quiz's tools, which say nothing to a reader."""
    folded = cell.metadata.get("jupyter", {}).get("source_hidden")
    return bool(folded and cell.metadata.get("nbgrader", {}).get("locked"))


def _cut(cell: NotebookNode) -> NotebookNode:
    """A cell that a page can show: of one with megabytes in it, the beginning."""
    if len(cell.source) <= _MOST_SOURCE:
        return cell
    cell = copy.copy(cell)
    cell.source = cell.source[:_MOST_SOURCE] + "\n… the rest is left out"
    return cell


def sealed(page: str) -> str:
    """The page without what its head would fetch and run, with our style, and with a policy before all else.

    The head is the template's alone: nothing that a student wrote stands in it.
    """
    head, end, body = page.partition("</head>")
    head = f"{_FETCHED.sub('', head)}{_PHONES}<style>{_STYLE}</style>\n"
    first = policy(_STYLES.findall(head), attributes=True)
    return head.replace("<head>", f"<head>\n{first}", 1) + end + body
