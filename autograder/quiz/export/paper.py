"""A quiz on paper: Markdown, the questions first, the answers at the end.

A question with parameters is printed with one set of values: the first of its variants by a hash.
"""

from __future__ import annotations

from autograder.quiz import sentences
from autograder.quiz.ask import Asked, ask
from autograder.quiz.draw import drawn_variants, variants
from autograder.quiz.public import shown
from autograder.quiz.records import AnyQuestion, Quiz
from autograder.quiz.shown import kind_of


def paper(quiz: Quiz, questions: tuple[AnyQuestion, ...]) -> tuple[str, list[str]]:
    """The text, and notes on what it does not hold."""
    asked = [ask(question, drawn_variants(question, 1)[0]) for question in questions]
    notes = [
        sentences.ONE_VARIANT.format(question=question.id, count=len(variants(question)))
        for question in questions
        if question.parameters
    ]
    parts = [f"# {quiz.about.title}", quiz.about.introduction.strip()]
    parts += [_question(number, one) for number, one in enumerate(asked, 1)]
    parts += ['<div style="break-before: page"></div>', f"# {sentences.KEY_TITLE}"]
    parts += [_answer(number, one) for number, one in enumerate(asked, 1)]
    return "\n\n".join(filter(None, parts)) + "\n", notes


def _question(number: int, asked: Asked) -> str:
    kind, worth = kind_of(asked.question), asked.question.points
    points = sentences.ONE_POINT if worth == 1 else sentences.POINTS.format(points=f"{worth:g}")
    parts = [f"## {number}. ({points})", asked.text.strip()]
    if asked.code:
        parts.append(f"```python\n{_code(asked, kind)}\n```")
    if asked.question.picture:
        parts.append(f"![{asked.question.alt}](figures/{asked.question.picture})")
    parts.append(f"*{sentences.CHOOSE[kind]}*" + ("" if asked.choices else " ______________"))
    parts += [f"{_box(kind)} **{choice.letter}.** {choice.text.strip()}" for choice in asked.choices]
    return "\n\n".join(parts)


def _box(kind: str) -> str:
    return "____" if kind == "order" else "☐"


def _code(asked: Asked, kind: str) -> str:
    code = asked.code.strip("\n")
    if kind != "line":
        return code
    return "\n".join(f"{number:>2}  {line}" for number, line in enumerate(code.splitlines(), 1))


def _answer(number: int, asked: Asked) -> str:
    key = asked.key
    text = shown(round(key, 6) if isinstance(key, float) else key)
    answer = f"```\n{text}\n```" if "\n" in text else f"**{text}**"
    whys = [f"- {choice.letter}: {choice.why.strip()}" for choice in asked.choices if choice.why]
    return "\n\n".join(filter(None, [f"## {number}.", answer, "\n".join(whys), asked.why.strip()]))
