"""One page that asks and answers: no network, no memory, for the keyboard and for screen readers as well."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder.policy import policy
from autograder.quiz import sentences
from autograder.quiz.ask import Asked, ask, room
from autograder.quiz.draw import drawn_variants
from autograder.quiz.markup import code_style, highlighted, html, inline_html, picture_data
from autograder.quiz.public import shown
from autograder.quiz.records import AnyQuestion, Number, Quiz, SeveralChoices
from autograder.quiz.shown import kind_of


@dataclass(frozen=True, slots=True)
class Option:
    """An option, set as HTML."""

    letter: str
    text: Markup
    right: bool
    why: Markup


@dataclass(frozen=True, slots=True)
class Variant:
    """A question with its values, set as HTML; key and slips as JSON."""

    text: Markup
    code: Markup
    picture: str
    choices: tuple[Option, ...]
    key: str
    slips: str
    slip_whys: tuple[Markup, ...]
    why: Markup


@dataclass(frozen=True, slots=True)
class PageQuestion:
    """A question with the variants that the page draws from."""

    id: str
    kind: str
    alt: str
    variants: tuple[Variant, ...]


def page(quiz: Quiz, questions: tuple[AnyQuestion, ...], folder: Path) -> str:
    """The whole page, with these questions of the quiz; `folder` is that of the quizzes, for pictures."""
    templates = _environment()
    style, script = (templates.get_template(name).render().strip() for name in ("page.css", "page.js"))
    style += "\n" + code_style()
    return templates.get_template("page.html").render(
        policy=policy([style], scripts=[script]),
        style=Markup(style),  # noqa: S704 # files of ours, without a field in them
        script=Markup(script),  # noqa: S704
        title=quiz.about.title,
        introduction=_set(quiz.about.introduction),
        questions=[_question(question, folder) for question in questions],
        words=_json(sentences.PAGE_WORDS),
        say=sentences,
    )


@cache
def _environment() -> Environment:
    loader = PackageLoader("autograder.quiz")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _question(question: AnyQuestion, folder: Path) -> PageQuestion:
    drawn = drawn_variants(question)
    made = tuple(_variant(ask(question, values), folder) for values in drawn)
    return PageQuestion(question.id, kind_of(question), question.alt, made)


def _variant(asked: Asked, folder: Path) -> Variant:
    code = highlighted(asked.code, numbers=kind_of(asked.question) == "line", classes=True) if asked.code else ""
    return Variant(
        text=_set(asked.text),
        code=Markup(code),  # noqa: S704 # pygments escapes what it colours
        picture=picture_data(folder, asked.question.picture) if asked.question.picture else "",
        choices=tuple(Option(c.letter, _line(c.text), c.right, _line(c.why)) for c in asked.choices),
        key=json.dumps(_key(asked), ensure_ascii=False),
        slips=json.dumps([slip.answer for slip in asked.slips], ensure_ascii=False),
        slip_whys=tuple(_line(slip.why) for slip in asked.slips),
        why=_solution(asked),
    )


def _key(asked: Asked) -> dict[str, Any]:
    if asked.accepted:
        return {"answer": list(asked.accepted)}
    key: dict[str, Any] = {"answer": list(asked.key) if isinstance(asked.key, tuple) else asked.key}
    if isinstance(asked.question, SeveralChoices):
        key["of"] = len(asked.choices)
    if isinstance(asked.question, Number):
        key["room"] = room(asked.question, float(str(asked.key)))
        key["relative"] = asked.question.relative  # of the slips, whose room goes by their own size
    return key


def _solution(asked: Asked) -> Markup:
    """The answer and why; where there are options, each of them says so itself."""
    kind = kind_of(asked.question)
    if kind in ("one", "several"):
        return _set(asked.why)
    texts = {choice.letter: choice.text for choice in asked.choices}
    key = asked.key
    answer = " → ".join(texts[one] for one in key) if isinstance(key, tuple) else f"`{shown(key)}`"
    if kind == "prints" and "\n" in str(key):
        answer = f"\n\n```\n{key}\n```\n\n"
    return _set(sentences.ANSWER.format(answer=answer, why=asked.why))


def _set(text: str) -> Markup:
    return Markup(html(text, classes=True))  # noqa: S704 # the Markdown renderer escapes HTML


def _line(text: str) -> Markup:
    return Markup(inline_html(text))  # noqa: S704


def _json(value: Any) -> Markup:
    """JSON that may stand in a script element."""
    return Markup(json.dumps(value, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704
