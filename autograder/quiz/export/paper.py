"""A quiz on paper: Markdown, the questions first, the answers at the end.

A question with parameters is printed with one set of values: the first of its variants by a hash. HTML in a text is
shown as it is written, as in the other forms; pictures lie in `figures/`, beside the file.
"""

from __future__ import annotations

import re

from autograder.formulae import FORMULA
from autograder.quiz import sentences
from autograder.quiz.ask import Asked, ask, room
from autograder.quiz.draw import drawn_variants, variants
from autograder.quiz.nearest import one_line
from autograder.quiz.public import shown
from autograder.quiz.records import AnyQuestion, Number, Prints, Quiz, Text
from autograder.quiz.shown import kind_of

_TAG = r"<(?=[A-Za-z/!?])(?!https?://)"
#: What an element of HTML would begin with; code, formulae and what is escaped are met first, and are none.
_TAGS = re.compile(rf"{FORMULA.pattern}|(?P<escaped>\\[\\<])|(?P<tag>{_TAG})", re.DOTALL)


def paper(quiz: Quiz, questions: tuple[AnyQuestion, ...]) -> tuple[str, list[str]]:
    """The text, and notes on what it does not hold."""
    asked = [ask(question, drawn_variants(question, 1)[0]) for question in questions]
    notes = [
        sentences.ONE_VARIANT.format(question=question.id, count=len(variants(question)))
        for question in questions
        if question.parameters
    ]
    notes += [
        sentences.CARRIED_SLIPS.format(question=question.id)
        for question in questions
        if isinstance(question, Number | Text | Prints) and question.slips
    ]
    parts = [f"# {_plain(quiz.about.title)}", _plain(quiz.about.introduction)]
    parts += [_question(number, one) for number, one in enumerate(asked, 1)]
    parts += ['<div style="break-before: page"></div>', f"# {sentences.KEY_TITLE}"]
    parts += [_answer(number, one) for number, one in enumerate(asked, 1)]
    return "\n\n".join(filter(None, parts)) + "\n", notes


def _question(number: int, asked: Asked) -> str:
    kind, worth = kind_of(asked.question), asked.question.points
    points = sentences.ONE_POINT if worth == 1 else sentences.POINTS.format(points=f"{worth:g}")
    parts = [f"## {number}. ({points})", _plain(asked.text)]
    if asked.code:
        parts.append(f"```python\n{_code(asked, kind)}\n```")
    if asked.question.picture:
        alt = re.sub(r"[\[\]]", r"\\\g<0>", _plain(one_line(asked.question.alt)))
        parts.append(f"![{alt}](figures/{asked.question.picture})")
    parts.append(f"*{sentences.CHOOSE[kind]}*" + ("" if asked.choices else " ______________"))
    parts += [f"{_box(kind)} **{choice.letter}.** {_plain(choice.text)}" for choice in asked.choices]
    return "\n\n".join(parts)


def _plain(text: str) -> str:
    """Markdown without HTML."""

    def without(match: re.Match[str]) -> str:
        if match["tag"]:
            return r"\<"
        return match[0] if match["code"] or match["escaped"] else re.sub(_TAG, "< ", match[0])

    return _TAGS.sub(without, text.strip())


def _box(kind: str) -> str:
    return "____" if kind == "order" else "☐"


def _code(asked: Asked, kind: str) -> str:
    code = asked.code.strip("\n")
    if kind != "line":
        return code
    return "\n".join(f"{number:>2}  {line}" for number, line in enumerate(code.splitlines(), 1))


def _answer(number: int, asked: Asked) -> str:
    whys = [f"- {choice.letter}: " + _plain(choice.why).replace("\n", "\n  ") for choice in asked.choices if choice.why]
    return "\n\n".join(filter(None, [f"## {number}.", _key(asked), "\n".join(whys), _plain(asked.why)]))


def _key(asked: Asked) -> str:
    """What is right: every text that is accepted, and how far a number may be off."""
    if asked.accepted:
        return " / ".join(_literal(form.strip("\n")) for form in asked.accepted)
    question, key = asked.question, asked.key
    text = f"**{shown(round(key, 6) if isinstance(key, float) else key)}**"
    about = room(question, key) if isinstance(key, float) else 0.0
    return f"{text} (± {about:.4g})" if about else text


def _literal(text: str) -> str:
    if "\n" in text:
        return f"```\n{text}\n```"
    return f"`` {text} ``" if "`" in text else f"`{text}`"
