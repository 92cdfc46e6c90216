"""Sets a quiz's own words, which are Markdown with formulae."""

from __future__ import annotations

from markupsafe import Markup

from autograder.quiz.markup import inline_html
from autograder.report.clean import paragraphs


def taught(text: str, limit: int = 8000) -> list[Markup]:
    """The paragraphs of `text` as HTML; what is HTML in it already is shown as it is written."""
    return [Markup(inline_html(part)) for part in paragraphs(text, limit)]  # noqa: S704 # Markdown without HTML
