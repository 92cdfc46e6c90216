"""QTI 1.2 for Canvas, through text2qti: the quiz is written in its plain-text format, and it makes the archive.

Variants of a question become a group from which Canvas draws one. An order becomes a choice between orders.
"""

from __future__ import annotations

from pathlib import Path

from autograder.errors import CourseError
from autograder.quiz import sentences
from autograder.quiz.ask import Asked, Choice, ask
from autograder.quiz.draw import drawn_variants
from autograder.quiz.nearest import one_line, one_line_hint, orders
from autograder.quiz.records import AnyQuestion, Line, Number, OneChoice, Order, Prints, Quiz, SeveralChoices, Text

#: Canvas takes no number nearer to zero.
_LEAST = 1e-4


def qti(quiz: Quiz, questions: tuple[AnyQuestion, ...], folder: Path) -> tuple[bytes, list[str]]:
    """The archive, and notes on what is carried in another form.

    Raises:
        CourseError: a question cannot be held; the sentence names it.
    """
    from text2qti.config import Config
    from text2qti.err import Text2qtiError
    from text2qti.qti import QTI
    from text2qti.quiz import Quiz as PlainQuiz

    text = (
        f"Quiz title: {one_line(quiz.about.title)}\n\n" + "\n\n".join(_group(one, folder) for one in questions) + "\n"
    )
    try:
        data = QTI(PlainQuiz(text, config=Config(), source_name=quiz.name)).zip_bytes()
    except Text2qtiError as error:
        raise CourseError(f"quizzes/{quiz.name}.toml: text2qti cannot take it: {error}.") from None
    return data, [note for question in questions for note in _notes(question)]


def _notes(question: AnyQuestion) -> list[str]:
    notes = []
    if isinstance(question, Order):
        notes.append(sentences.CARRIED_ORDER.format(question=question.id, form="a choice between orders"))
    if question.parameters:
        count = len(drawn_variants(question))
        notes.append(sentences.CARRIED_VARIANTS.format(question=question.id, count=count))
    if isinstance(question, SeveralChoices):
        notes.append(sentences.CARRIED_PARTIAL.format(question=question.id, system="Canvas"))
    if isinstance(question, Text | Prints):
        notes.append(sentences.CARRIED_SPELLING.format(question=question.id, system="Canvas"))
    return notes


def _group(question: AnyQuestion, folder: Path) -> str:
    made = [_question(ask(question, values), folder) for values in drawn_variants(question)]
    if len(made) == 1:
        return made[0]
    head = f"GROUP\npick: 1\npoints per question: {question.points:g}"
    return "\n\n".join([head, *made, "END_GROUP"])


def _question(asked: Asked, folder: Path) -> str:
    question = asked.question
    if question.points * 2 != int(question.points * 2):
        _refuse(asked, "points have to be whole or half")
    parts = [asked.text.strip()]
    if asked.code:
        parts.append(f"```python\n{_code(asked)}\n```")
    if question.picture:
        parts.append(f"![{question.alt}](<{(folder / 'figures' / question.picture).resolve()}>)")
    parts += filter(None, [one_line_hint(asked)])
    lines = [f"Title: {question.id}", f"Points: {question.points:g}", _indented("1.", "\n\n".join(parts))]
    if asked.why.strip():
        lines.append(_indented("...", asked.why.strip()))
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
        lines += [_indented(sign.strip(), choice.text.strip())] + [_indented("...", choice.why.strip())] * bool(
            choice.why
        )
    return lines


def _number(asked: Asked) -> str:
    question, key = asked.question, float(str(asked.key))
    if isinstance(question, Line):
        return f"= {question.line}"
    room = question.tolerance + question.relative * abs(key) if isinstance(question, Number) else 0.0
    if abs(key) - room < _LEAST:
        _refuse(asked, f"Canvas takes no number nearer to zero than {_LEAST}")
    return f"= {key:.10g} +- {room:.10g}" if room or key != int(key) else f"= {int(key)}"


def _refuse(asked: Asked, why: str) -> None:
    raise CourseError(sentences.REFUSED.format(question=asked.question.id, system="Canvas", why=why))


def _code(asked: Asked) -> str:
    lines = asked.code.strip("\n").splitlines()
    if not isinstance(asked.question, Line):
        return "\n".join(lines)
    return "\n".join(f"{number:>2}  {line}" for number, line in enumerate(lines, 1))


def _indented(sign: str, text: str) -> str:
    """A part of text2qti's format: its sign, and all lines indented alike."""
    first, *rest = text.splitlines()
    return "\n".join([f"{sign:<4} {first}", *(f"     {line}" if line.strip() else "" for line in rest)])
