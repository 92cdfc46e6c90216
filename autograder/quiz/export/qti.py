"""QTI 1.2 for Canvas, through text2qti: the quiz is written in its plain-text format, and it makes the archive.

Texts are given to it as HTML on one line, in which it finds nothing of its own to rewrite: its Markdown is another
dialect than that of the quizzes, and lets HTML through. Variants of a question become a group from which Canvas draws
one. An order becomes a choice between orders.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from markupsafe import escape

from autograder.errors import CourseError
from autograder.quiz import sentences
from autograder.quiz.ask import Asked, Choice, ask, plain_value, room
from autograder.quiz.draw import drawn_variants
from autograder.quiz.markup import highlighted, html, inline_html
from autograder.quiz.nearest import one_line, one_line_hint, orders
from autograder.quiz.records import AnyQuestion, Line, Number, OneChoice, Order, Prints, Quiz, SeveralChoices, Text

#: Canvas takes no number nearer to zero.
_LEAST = 1e-4
#: As Canvas writes a formula in its own editor.
_FORMULA = (
    '<img class="equation_image" title="{tex}" src="/equation_images/{address}?scale=1" alt="LaTeX: {tex}" '
    'data-equation-content="{tex}">'
)
#: What means something to text2qti even within HTML, and what stands for it there.
_STANDS_FOR = str.maketrans({"\\": "&#92;", "$": "&#36;", "`": "&#96;", "\n": "&#10;"})


def qti(quiz: Quiz, questions: tuple[AnyQuestion, ...], folder: Path) -> tuple[bytes, list[str]]:
    """The archive, and notes on what is carried in another form.

    Raises:
        CourseError: a question cannot be held; the sentence names it.
    """
    from text2qti.config import Config
    from text2qti.err import Text2qtiError
    from text2qti.markdown import Image
    from text2qti.qti import QTI
    from text2qti.quiz import Quiz as PlainQuiz

    held = {question.id: _held(question) for question in questions}
    groups = [_group(question, held[question.id][0]) for question in questions]
    text = "\n\n".join([f"Quiz title: {one_line(quiz.about.title)}", *groups]) + "\n"
    try:
        made = PlainQuiz(text, config=Config(), source_name=quiz.name)
    except Text2qtiError as error:
        raise CourseError(f"quizzes/{quiz.name}.toml: text2qti cannot take it: {error}.") from None
    for picture in {question.picture for question in questions} - {""}:
        made.images[picture] = Image(picture, (folder / "figures" / picture).read_bytes())
    return QTI(made).zip_bytes(), [note for question in questions for note in _notes(question, *held[question.id])]


def _held(question: AnyQuestion) -> tuple[list[Asked], list[str]]:
    """The variants that Canvas can hold, and a sentence on each other one; raises CourseError where none is left."""
    held: list[Asked] = []
    refused: list[str] = []
    for values in drawn_variants(question):
        asked = ask(question, values)
        if why := _refusal(asked):
            said = ", ".join(f"{name} = {plain_value(value)}" for name, value in values.items())
            name = question.id + (f" with {said}" if said else "")
            refused.append(sentences.REFUSED.format(question=name, system="Canvas", why=why))
        else:
            held.append(asked)
    if not held:
        raise CourseError(refused[0])
    return held, refused


def _refusal(asked: Asked) -> str:
    """Why Canvas cannot hold it, if it cannot."""
    question = asked.question
    if question.points * 2 != int(question.points * 2):
        return "points have to be whole or half"
    if isinstance(question, Number) and abs(float(str(asked.key))) - room(question, float(str(asked.key))) < _LEAST:
        return f"Canvas takes no number nearer to zero than {_LEAST}"
    return ""


def _notes(question: AnyQuestion, held: list[Asked], refused: list[str]) -> list[str]:
    notes = list(refused)
    if isinstance(question, Order):
        notes.append(sentences.CARRIED_ORDER.format(question=question.id, form="a choice between orders"))
    if question.parameters:
        notes.append(sentences.CARRIED_VARIANTS.format(question=question.id, count=len(held)))
    if isinstance(question, SeveralChoices):
        notes.append(sentences.CARRIED_PARTIAL.format(question=question.id, system="Canvas"))
    if isinstance(question, Number | Text | Prints) and question.slips:
        notes.append(sentences.CARRIED_SLIPS.format(question=question.id))
    if isinstance(question, Text | Prints):
        notes.append(sentences.CARRIED_SPELLING.format(question=question.id, system="Canvas"))
    return notes


def _group(question: AnyQuestion, held: list[Asked]) -> str:
    made = [_question(asked, number) for number, asked in enumerate(held, 1)]
    if len(made) == 1:
        return made[0]
    head = f"GROUP\npick: 1\npoints per question: {question.points:g}"
    return "\n\n".join([head, *made, "END_GROUP"])


def _question(asked: Asked, number: int) -> str:
    question = asked.question
    parts = [html(asked.text, tex=_formula)]
    if asked.code:
        parts.append(highlighted(asked.code, numbers=isinstance(question, Line)))
    if question.picture:
        address = f"%24IMS-CC-FILEBASE%24/images/{quote(question.picture)}"
        parts.append(f'<p><img src="{address}" alt="{escape(question.alt)}"></p>')
    if hint := one_line_hint(asked):
        parts.append(f"<p>{hint}</p>")
    # The class makes each question another one: text2qti refuses two that are asked in the same words.
    lines = [f"Title: {question.id}", f"Points: {question.points:g}"]
    lines.append("1. " + _block("\n".join(parts), f"{question.id}-{number}"))
    if asked.why.strip():
        lines.append("... " + _block(html(asked.why, tex=_formula)))
    return "\n".join([*lines, *_answers(asked)])


def _answers(asked: Asked) -> list[str]:
    match asked.question:
        case OneChoice():
            return _choices(asked.choices, "*{}) ", "{}) ")
        case Order():
            return _choices(orders(asked), "*{}) ", "{}) ")
        case SeveralChoices():
            return _choices(asked.choices, "[*] ", "[ ] ")
        case Number() | Line():
            return [_number(asked)]
        case Text() | Prints():
            return [f"* {form}" for form in dict.fromkeys(one_line(form) for form in asked.accepted)]


def _choices(choices: tuple[Choice, ...], right: str, wrong: str) -> list[str]:
    lines = []
    for choice in choices:
        sign = (right if choice.right else wrong).format(choice.letter.lower())
        lines.append(sign + _block(inline_html(choice.text, tex=_formula)))
        if choice.why.strip():
            lines.append("... " + _block(inline_html(choice.why, tex=_formula)))
    return lines


def _number(asked: Asked) -> str:
    key = float(str(asked.key))
    about = room(asked.question, key)
    return f"= {key:.10g} +- {about:.10g}" if about or key != int(key) else f"= {int(key)}"


def _formula(tex: str) -> str:
    return _FORMULA.format(tex=escape(tex), address=quote(tex, safe=""))


def _block(made: str, name: str = "") -> str:
    """HTML as text2qti takes it over as it stands."""
    return (f'<div class="{name}">' if name else "<div>") + made.translate(_STANDS_FOR) + "</div>"
