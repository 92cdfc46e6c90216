r"""Moodle XML, as Moodle's import takes it (docs.moodle.org, "Moodle XML format").

Each question with parameters gets a category of its own with some of its variants, from which a teacher draws one. An
order becomes a matching of items with places. Formulae are TeX between `\(` and `\)`, which Moodle sets.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from markupsafe import escape

from autograder.quiz import sentences
from autograder.quiz.ask import Asked, ask, plain_value, room
from autograder.quiz.draw import drawn_variants
from autograder.quiz.markup import highlighted, html, inline_html, picture_data
from autograder.quiz.nearest import one_line, one_line_hint
from autograder.quiz.records import AnyQuestion, Line, Number, OneChoice, Order, Prints, Quiz, SeveralChoices, Text
from autograder.quiz.shown import kind_of

_TYPES = {
    "one": "multichoice",
    "several": "multichoice",
    "number": "numerical",
    "line": "numerical",
    "text": "shortanswer",
    "prints": "shortanswer",
    "order": "matching",
}


def moodle(quiz: Quiz, questions: tuple[AnyQuestion, ...], folder: Path) -> tuple[bytes, list[str]]:
    """The file, and notes on what is carried in another form."""
    root = Element("quiz")
    notes: list[str] = []
    _category(root, quiz.name)
    for question in [one for one in questions if not one.parameters]:
        _add(root, ask(question, {}), folder)
    for question in [one for one in questions if one.parameters]:
        drawn = drawn_variants(question)
        _category(root, f"{quiz.name}/{question.id}")
        for values in drawn:
            _add(root, ask(question, values), folder)
        notes.append(sentences.CARRIED_VARIANTS.format(question=question.id, count=len(drawn)))
    form = "a matching of items with places, which Moodle marks item by item"
    notes += [
        sentences.CARRIED_ORDER.format(question=question.id, form=form)
        for question in questions
        if isinstance(question, Order)
    ]
    notes += [
        sentences.CARRIED_SPELLING.format(question=question.id, system="Moodle")
        for question in questions
        if isinstance(question, Text | Prints)
    ]
    indent(root)
    return tostring(root, encoding="utf-8", xml_declaration=True), notes


def _category(root: Element, name: str) -> None:
    question = SubElement(root, "question", type="category")
    _text(SubElement(question, "category"), f"$course$/top/{name}")


def _add(root: Element, asked: Asked, folder: Path) -> None:
    kind = kind_of(asked.question)
    made = SubElement(root, "question", type=_TYPES[kind])
    values = ", ".join(f"{name} = {plain_value(value)}" for name, value in asked.values.items())
    _text(SubElement(made, "name"), asked.question.id + (f" ({values})" if values else ""))
    _text(SubElement(made, "questiontext", format="html"), _asked(asked, folder))
    _text(SubElement(made, "generalfeedback", format="html"), html(asked.why, tex=True))
    SubElement(made, "defaultgrade").text = f"{asked.question.points:g}"
    match asked.question:
        case OneChoice() | SeveralChoices():
            _choices(made, asked)
        case Number() | Line():
            _number(made, asked)
        case Text() | Prints():
            _texts(made, asked)
        case Order():
            _order(made, asked)


def _asked(asked: Asked, folder: Path) -> str:
    parts = [html(asked.text, tex=True)]
    if asked.code:
        parts.append(highlighted(asked.code, numbers=isinstance(asked.question, Line)))
    if asked.question.picture:
        alt = escape(asked.question.alt)
        parts.append(f'<p><img src="{picture_data(folder, asked.question.picture)}" alt="{alt}"></p>')
    return "\n".join(filter(None, [*parts, one_line_hint(asked)]))


def _choices(made: Element, asked: Asked) -> None:
    single = isinstance(asked.question, OneChoice)
    SubElement(made, "single").text = str(single).lower()
    SubElement(made, "shuffleanswers").text = "true"
    SubElement(made, "answernumbering").text = "ABCD"
    right = sum(choice.right for choice in asked.choices)
    for choice in asked.choices:
        share = 100 / right if choice.right else 0.0 if single else -100 / (len(asked.choices) - right)
        _answer(made, f"{share:.5f}".rstrip("0").rstrip("."), inline_html(choice.text, tex=True), choice.why, "html")


def _number(made: Element, asked: Asked) -> None:
    key = float(str(asked.key))
    _tolerated(_answer(made, "100", f"{key:.10g}", ""), room(asked.question, key))
    for slip in asked.slips:
        value = float(slip.answer)
        _tolerated(_answer(made, "0", f"{value:.10g}", slip.why), room(asked.question, value))


def _tolerated(answer: Element, about: float) -> None:
    SubElement(answer, "tolerance").text = f"{about:.10g}"


def _texts(made: Element, asked: Asked) -> None:
    SubElement(made, "usecase").text = "0"
    for form in dict.fromkeys(one_line(form) for form in asked.accepted):
        _answer(made, "100", form.replace("*", "\\*"), "")
    for slip in asked.slips:
        _answer(made, "0", one_line(str(slip.answer)).replace("*", "\\*"), slip.why)


def _order(made: Element, asked: Asked) -> None:
    SubElement(made, "shuffleanswers").text = "true"
    key = asked.key if isinstance(asked.key, tuple) else ()
    for choice in asked.choices:
        pair = SubElement(made, "subquestion", format="html")
        SubElement(pair, "text").text = inline_html(choice.text, tex=True)
        _text(SubElement(pair, "answer"), str(key.index(choice.letter) + 1))


def _answer(made: Element, share: str, text: str, why: str, form: str = "moodle_auto_format") -> Element:
    answer = SubElement(made, "answer", fraction=share, format=form)
    SubElement(answer, "text").text = text
    _text(SubElement(answer, "feedback", format="html"), inline_html(why, tex=True))
    return answer


def _text(parent: Element, text: str) -> None:
    SubElement(parent, "text").text = text
