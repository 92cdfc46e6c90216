"""Marks an answer: which share of the points it earns, and what is said about it.

The rule of each kind:

- one choice, a line, an order: right or not;
- several choices: the share of the right ones that was chosen, less the share of the wrong ones that was, and never
  less than nothing; so to choose all earns as little as to choose none;
- a number: within the tolerance of the question's file;
- a text: one of the accepted forms; capitals, quotes, articles and full stops do not count, a hyphen is a space;
- what is printed: the same lines; how many spaces there are, and those beside commas, round and square brackets, do
  not count.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from autograder.quiz import sentences
from autograder.quiz.ask import Asked, Choice, room
from autograder.quiz.public import Answer, shown
from autograder.quiz.records import Number, Order, SeveralChoices, Text

_AROUND = re.compile(r" ?([,()\[\]]) ?")
_IGNORED_WORDS = {"a", "an", "the"}


@dataclass(frozen=True, slots=True)
class Mark:
    """What an answer is worth.

    Attributes:
        share: of the points, from 0 to 1.
        why: what there is to say of this answer, in Markdown; a paragraph for each choice that was made or missed.
    """

    share: float
    why: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether all of it is right."""
        return self.share == 1.0


def mark(asked: Asked, answer: Answer | None) -> Mark:
    """The mark of an answer that was read by `public.read_answer`; nothing is earned by None."""
    if answer is None:
        return Mark(0.0, _solution(asked))
    if asked.choices and not isinstance(asked.question, Order):
        return _mark_choice(asked, answer)
    share = 1.0 if is_right(asked, answer) else 0.0
    slip = [] if share else [one.why for one in asked.slips if _same(asked, answer, one.answer)][:1]
    return Mark(share, (*slip, *_solution(asked)))


def is_right(asked: Asked, answer: Answer) -> bool:
    """Whether an answer is all right."""
    if isinstance(asked.key, tuple):
        return tuple(answer) == asked.key if isinstance(answer, tuple) else False
    if asked.accepted:
        return any(_same(asked, answer, form) for form in asked.accepted)
    return _same(asked, answer, asked.key)


def _same(asked: Asked, answer: Answer, key: str | float) -> bool:
    question = asked.question
    if isinstance(question, Number):
        # The last part forgives what binary numbers do to decimal ones.
        allowed = room(question, float(key)) + 1e-9 * max(1.0, abs(float(key)))
        return isinstance(answer, int | float) and abs(answer - float(key)) <= allowed
    if isinstance(question, Text):
        return text_form(str(answer)) == text_form(str(key))
    if isinstance(key, str) and not asked.choices:
        return printed_form(str(answer)) == printed_form(key)
    return answer == key


def text_form(text: str) -> str:
    """A text without what does not count."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    for mark_ in "-–—_/'’‘\"“”.`,;:":
        plain = plain.replace(mark_, " ")
    return " ".join(word for word in plain.split() if word not in _IGNORED_WORDS)


def printed_form(text: str) -> str:
    """What is printed, without what does not count."""
    lines = (" ".join(line.split()) for line in text.strip().splitlines())
    return "\n".join(_AROUND.sub(r"\1", line) for line in lines)


def _mark_choice(asked: Asked, answer: Answer) -> Mark:
    chosen = {answer} if isinstance(answer, str) else set(answer) if isinstance(answer, tuple) else set()
    right = {choice.letter for choice in asked.choices if choice.right}
    wrong = {choice.letter for choice in asked.choices} - right
    share = max(0.0, len(chosen & right) / len(right) - len(chosen & wrong) / len(wrong))
    told = [
        choice
        for choice in asked.choices
        if choice.letter in chosen | right or isinstance(asked.question, SeveralChoices)
    ]
    return Mark(round(share, 6), (*map(_told, told), *filter(None, [asked.why])))


def _told(choice: Choice) -> str:
    template = sentences.CHOICE_RIGHT if choice.right else sentences.CHOICE_WRONG
    return template.format(letter=choice.letter, text=choice.text.strip(), why=choice.why.strip())


def _solution(asked: Asked) -> tuple[str, ...]:
    if asked.choices and not isinstance(asked.question, Order):
        return (*(_told(choice) for choice in asked.choices if choice.right), *filter(None, [asked.why]))
    texts = {choice.letter: choice.text for choice in asked.choices}
    key = shown(round(asked.key, 6) if isinstance(asked.key, float) else asked.key)
    if isinstance(asked.key, tuple):
        key = " → ".join(texts[letter] for letter in asked.key)
    return (sentences.ANSWER.format(answer=key, why=asked.why.strip()),)
