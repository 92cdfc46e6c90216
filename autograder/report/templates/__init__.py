"""The HTML templates of this room; all that is put into them is escaped."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.report import sentences
from autograder.report.clean import paragraphs, plain, points, prose
from autograder.report.taught import taught


@cache
def environment() -> Environment:
    """The templates of this room, with autoescape."""
    made = Environment(
        loader=PackageLoader("autograder.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"paragraphs": paragraphs, "plain": plain, "points": points, "prose": prose, "taught": taught}
    made.globals["say"] = sentences
    return made
