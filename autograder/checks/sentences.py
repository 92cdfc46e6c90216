"""Every sentence that a check says to a student: templates with named fields, so that they can be translated."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

UNTOUCHED = "`{name}` is still the stub: it says that it is yours to write."
UNDEFINED = (
    "There is no `{name}` in your notebook when this cell is reached: its cell is gone, or it stopped with an error."
)
RAISED = "`{called}` stopped with {kind}: {message}"
RAISED_AT = "`{called}` stopped with {kind}: {message} (in `{function}`, line {line}: `{text}`)"
RAISED_UNQUOTED = (
    "`{called}` stopped with an error in line {line} of its cell. What it said is not repeated here, because trusted "
    "functions stood in for your earlier exercises while it ran."
)
NOT_REPEATED = "for a reason that is not repeated here"
WRONG = "`{called}` returned {came_back}. Expected: {expected}."
PLAIN = "{came_back}. Expected: {expected}."

OTHER_KIND = "{kind} where {expected_kind} was expected"
OTHER_DTYPE = "a tensor of dtype {dtype} where {expected_dtype} was expected"
OTHER_SHAPE = "a tensor of shape {shape} where {expected_shape} was expected"
NOT_A_NUMBER = "{dtype} {shape} in which {count} of {total} values are NaN (the first at index {index})"
OTHER_VALUES = (
    "{dtype} {shape} in which {count} of {total} values are off, by up to {worst} (the first at index {index})"
)
OTHER_VALUE = "{actual} where {expected} was expected"

MISSING_WEIGHTS = "Your module has no parameters named {names}; keep the names that the given `__init__` sets."
MISSHAPEN_WEIGHTS = "The parameters {names} of your module have another shape than the given `__init__` makes."
DEVICE_MISMATCH = (
    "`{called}` makes a tensor on the CPU while its inputs live on another device, so it would fail on a GPU. "
    "Make new tensors on the device of an input (`device=x.device`), or derive them from one."
)
DEVICE_UNKNOWN = "Whether `{called}` would run on another device cannot be told without one; this check does not count."
NO_TIME = "`{called}` did not come back within {seconds} s, so it was stopped. Is there a loop that never ends?"
NO_TIME_LEFT = "Not run: the {seconds} s that this exercise may take were used up by earlier checks."
CRASHED = "No answer came from `{called}`: {reason}."
NEVER_STARTED = (
    "Your notebook's process did not take part in the checks ({reason}); does a cell change how cells are run?"
)
OTHER_INPUTS = (
    "It worked with the inputs that were tried first, and failed with others. Does your code depend on particular "
    "sizes or values, or on what it was called with before?"
)
NEEDS_GPU = "This check needs a GPU and there is none here; its points wait for a run that has one."
NOT_ON_GPU = "“{exercise}” works on the CPU, which is what counts, and not on a GPU ({title}): {message}"
GRADER_FAILED = "The grader itself failed here; this costs you nothing, and a person will look at it."
UNUSABLE = "`{called}` returned {came_back}, and that cannot be used as the result it should be ({reason})."

LONGEST_QUOTE = 300  #: characters of a text by student code that are shown
_LONGEST = 2_000
_MOST_MARKS = 3  #: marks on one letter that are shown; stacked higher, they cover the lines around it
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  #: printable to Unicode, and invisible


def shown(text: str) -> str:
    """A text of bounded length that steers no terminal and hides nothing; student code had a hand in it."""
    return _visible(_cut(text, _LONGEST))


_quotes = ContextVar("quotes", default=True)


@contextmanager
def unquoted(wanted: bool) -> Iterator[None]:
    """While stand-ins, which are right solutions, are in a student's process, none of its own words is repeated."""
    token = _quotes.set(not wanted)
    try:
        yield
    finally:
        _quotes.reset(token)


def may_quote() -> bool:
    """Whether words that student code chose may be repeated now."""
    return _quotes.get()


def quoted(text: str, limit: int = LONGEST_QUOTE) -> str:
    """What student code said, fit to stand in a sentence: one line, cut, and without ` which would end a `name`."""
    return _visible(re.sub(r"\s*[\n\r\t\v\f]\s*", " ", _cut(text, limit))).replace("`", "'")


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _visible(text: str) -> str:
    """The text with a mark in place of each character that is not to be seen (control, direction, no width)."""
    characters, marks = [], 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        plain = char == "\n" or (char.isprintable() and char not in _BLANK and marks <= _MOST_MARKS)
        characters.append(char if plain else "\N{REPLACEMENT CHARACTER}")
    return "".join(characters)
