"""What is drawn, and by what: open to anyone, and the same on every machine.

::

    sha256(student, question)  ─→ values of its parameters          (public.numbers_for, in the notebook as well)
    sha256(edition, question)  ─→ which questions are asked for marks
    sha256(question, option)   ─→ the order in which options and items are shown

No draw looks at a key: what is shown, and in which order, is the same whatever is right.
"""

from __future__ import annotations

import hashlib
import itertools

from autograder.quiz.records import AnyQuestion, OneChoice, Order, Quiz, SeveralChoices, Value

LETTERS = "ABCDEFGH"
MOST_CARRIED = 8  #: so many variants of a question go into practice notebooks and exports


def digest(*words: object) -> int:
    """A large number that follows from the words alone."""
    text = "\n".join(str(word) for word in words)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def variants(question: AnyQuestion) -> list[dict[str, Value]]:
    """All values that anyone may get; one empty dictionary where there are no parameters."""
    names = list(question.parameters)
    return [dict(zip(names, values, strict=True)) for values in itertools.product(*question.parameters.values())]


def drawn_variants(question: AnyQuestion, most: int = MOST_CARRIED) -> list[dict[str, Value]]:
    """Some of the variants, for systems that cannot draw values themselves: always the same, by a hash."""
    return sorted(variants(question), key=lambda values: digest(question.id, *values.items()))[:most]


def marked(quiz: Quiz) -> tuple[AnyQuestion, ...]:
    """The questions that are asked for marks: drawn so that every concept has its turn, shown from easy to hard.

    Of the questions whose answer depends on a student's numbers half have their turn first, because in them neighbours
    differ; the other half stays for practice, which draws new values each time. (Letters do not depend on numbers.)
    """
    left = _in_turn(quiz)
    drawn: list[AnyQuestion] = []
    while left and len(drawn) < quiz.about.ask:
        drawn_from: set[str] = set()
        for question in [q for q in left if q.concept not in drawn_from]:
            if question.concept not in drawn_from and len(drawn) < quiz.about.ask:
                drawn_from.add(question.concept)
                drawn.append(question)
                left.remove(question)
    return tuple(sorted(drawn, key=lambda question: (question.difficulty, quiz.questions.index(question))))


def _in_turn(quiz: Quiz) -> list[AnyQuestion]:
    shuffled = sorted(quiz.questions, key=lambda question: digest(quiz.about.edition, quiz.name, question.id))
    numbered = [one for one in shuffled if one.parameters and not isinstance(one, OneChoice | SeveralChoices)]
    first = numbered[: (len(numbered) + 1) // 2]
    return [*first, *(question for question in shuffled if question not in numbered), *numbered[len(first) :]]


def practised(quiz: Quiz) -> tuple[AnyQuestion, ...]:
    """The questions that are free to be practised with: never one that is asked for marks."""
    taken = {question.id for question in marked(quiz)}
    return tuple(question for question in quiz.questions if question.id not in taken)


def shown_order(question: AnyQuestion) -> list[int]:
    """In which order options or items are shown: places in the file, by a hash of what is written there."""
    texts = [option.text for option in question.options] if isinstance(question, OneChoice | SeveralChoices) else []
    texts = list(question.items) if isinstance(question, Order) else texts
    return sorted(range(len(texts)), key=lambda place: digest(question.id, texts[place]))
