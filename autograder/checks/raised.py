"""An exception that student code raised, as a sentence."""

from __future__ import annotations

from autograder.bridge import messages
from autograder.bridge.messages import Raised
from autograder.checks import sentences


def raised_sentence(called: str, reply: Raised) -> str:
    """What is told of an exception of the student's; its own words only where they may be repeated."""
    name = called.split("(")[0].removeprefix("gradient of ")
    if reply.kind == "NotImplementedError" and reply.line and "NotImplementedError" in (reply.text or reply.kind):
        function = sentences.quoted(reply.function, messages.MAX_NAME) if sentences.may_quote() else ""
        return sentences.UNTOUCHED.format(name=function or name)
    if reply.kind == "NameError" and reply.message == f"name '{name}' is not defined" and not reply.line:
        return sentences.UNDEFINED.format(name=name)
    if not sentences.may_quote():
        return sentences.RAISED_UNQUOTED.format(called=called, line=reply.line)
    template = sentences.RAISED_AT if reply.line else sentences.RAISED
    return template.format(
        called=called,
        kind=sentences.quoted(reply.kind, messages.MAX_NAME),
        message=sentences.quoted(reply.message),
        function=sentences.quoted(reply.function, messages.MAX_NAME),
        line=reply.line,
        text=sentences.quoted(reply.text),
    )
