"""Every sentence that a check says to a student: templates with named fields, so that they can be translated."""

from __future__ import annotations

UNTOUCHED = "`{name}` is still the stub: it says that it is yours to write."
UNDEFINED = (
    "There is no `{name}` in your notebook when this cell is reached: its cell is gone, or it stopped with an error."
)
RAISED = "`{called}` stopped with {kind}: {message}"
RAISED_AT = "`{called}` stopped with {kind}: {message} (in `{function}`, line {line}: `{text}`)"
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
CRASHED = "The process with your code ended while a check called `{called}` ({reason})."
NEVER_STARTED = (
    "Your notebook's process did not take part in the checks ({reason}); does a cell change how cells are run?"
)
NEEDS_GPU = "This check needs a GPU and there is none here; its points wait for a run that has one."
GRADER_FAILED = "The grader itself failed here; this costs you nothing, and a person will look at it."
UNUSABLE = "`{called}` returned {came_back}, and that cannot be used as the result it should be ({reason})."

_LONGEST = 2_000


def shown(text: str) -> str:
    """A text of bounded length without characters that steer a terminal; student code had a hand in it."""
    cut = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in cut)
