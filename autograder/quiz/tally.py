"""What a class answered: how hard each question was, whom it tells apart, and what was learnt between two quizzes.

Statistics of a handful of students say little, so under `ENOUGH` of them there are counts and no rates.

- **difficulty**: the mean share of a question's points that its answer is worth.
- **discrimination**: the correlation of that share with the mean share of the student's other answers (the corrected
  point-biserial; Lord and Novick 1968, ch. 15): near 0, the question does not tell who knows the rest.
- **gain**: (post − pre) / (1 − pre) (Hake 1998): which share of what was missing before is there afterwards; where less
  is there than before, (post − pre) / pre (Marx and Cummings 2007): which share of it was lost. Over the students with
  a verdict at both ends.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.model import ExerciseResult, Report
from autograder.quiz.ask import ask
from autograder.quiz.draw import marked, variants
from autograder.quiz.records import AnyQuestion, OneChoice, Order, Quiz, SeveralChoices
from autograder.quiz.shown import kind_of, shown_question

#: A quiz, and the reports on it by student.
End = tuple[Quiz, Mapping[str, Report]]

ENOUGH = 10  #: students that a rate needs
MOST_ANSWERS = 6  #: wrong answers that are listed for a question


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """A wrong answer, and who gave it.

    Attributes:
        answer: a letter, or what was written.
        text: the option's text; empty where there are none.
    """

    answer: str
    text: str
    students: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionTally:
    """One question over a class.

    Attributes:
        students: those who handed in, and on whose answer there is a verdict.
        right: those of them whose answer is all right.
        silent: those of them who left it open; they count as not right.
        rate: the mean share of the points; None for fewer than ENOUGH.
        discrimination: from −1 to 1; None for fewer than ENOUGH, or where all did alike.
        wrong: what was answered instead, most frequent first.
    """

    id: str
    number: int
    kind: str
    concept: str
    students: int
    right: int
    silent: int
    rate: float | None
    discrimination: float | None
    wrong: tuple[WrongAnswer, ...]


@dataclass(frozen=True, slots=True)
class Gain:
    """A concept before and after.

    Attributes:
        students: those with a verdict at both ends.
        before, after: (answers that are all right, answers).
        rates: the mean shares before and after; None for fewer than ENOUGH students.
        gain: negative for a loss; None where `rates` is, or where nothing was missing before.
    """

    concept: str
    students: int
    before: tuple[int, int]
    after: tuple[int, int]
    rates: tuple[float, float] | None
    gain: float | None


def question_tallies(quiz: Quiz, reports: Mapping[str, Report]) -> list[QuestionTally]:
    """Each question that was asked for marks, in the order of the quiz."""
    return [_tally(question, number, reports) for number, question in enumerate(marked(quiz), 1)]


def _tally(question: AnyQuestion, number: int, reports: Mapping[str, Report]) -> QuestionTally:
    found = {student: result for student, report in reports.items() if (result := _result(report, question.id))}
    shares = {student: result.right for student, result in found.items() if result.right is not None}
    rest = {student: _rest(reports[student], question.id) for student in shares}
    pairs = [(share, others) for student, share in shares.items() if (others := rest[student]) is not None]
    return QuestionTally(
        id=question.id,
        number=number,
        kind=kind_of(question),
        concept=question.concept,
        students=len(shares),
        right=sum(share == 1.0 for share in shares.values()),
        silent=sum(not found[student].answer for student in shares),
        rate=statistics.fmean(shares.values()) if len(shares) >= ENOUGH else None,
        discrimination=_correlation(pairs),
        wrong=_wrong_answers(question, number, found),
    )


def _result(report: Report, name: str) -> ExerciseResult | None:
    return next((result for result in report.exercises if result.grade_id == name), None)


def _rest(report: Report, name: str) -> float | None:
    others = [r.right for r in report.exercises if r.grade_id != name and r.right is not None]
    return statistics.fmean(others) if others else None


def _correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    if len(pairs) < ENOUGH:
        return None
    try:
        return statistics.correlation(*zip(*pairs, strict=True))
    except statistics.StatisticsError:  # all alike on one side
        return None


def _wrong_answers(question: AnyQuestion, number: int, found: Mapping[str, ExerciseResult]) -> tuple[WrongAnswer, ...]:
    drawn: dict[str, list[str]] = {}
    for student, result in sorted(found.items()):
        if result.right is not None and result.right < 1.0 and result.answer:
            for answer in _parts(question, result.answer):
                drawn.setdefault(answer, []).append(student)
    ordered = sorted(drawn.items(), key=lambda item: (-len(item[1]), item[0]))[:MOST_ANSWERS]
    shown = shown_question(question, number)
    options = {} if isinstance(question, Order) else dict(zip(shown.letters, shown.choices, strict=True))
    return tuple(WrongAnswer(answer, options.get(answer, ""), tuple(students)) for answer, students in ordered)


def _parts(question: AnyQuestion, answer: str) -> list[str]:
    """The wrong ones among the letters that were chosen; the whole answer where there are none to choose."""
    if not isinstance(question, OneChoice | SeveralChoices):
        return [answer]
    wrong = {choice.letter for choice in ask(question, variants(question)[0]).choices if not choice.right}
    return [letter for letter in answer.split(", ") if letter in wrong]


def gains(before: End, after: End) -> list[Gain]:
    """For each concept that both quizzes ask for: what the students who took both knew before and after."""
    concepts = [one for one in _concepts(before[0]) if one in _concepts(after[0])]
    return [_gain(concept, before, after) for concept in concepts]


def _concepts(quiz: Quiz) -> list[str]:
    return list(dict.fromkeys(question.concept for question in marked(quiz)))


def _gain(concept: str, before: End, after: End) -> Gain:
    pre, post = (_shares(concept, *end) for end in (before, after))
    both = sorted(set(pre) & set(post))
    first, last = ([share for student in both for share in end[student]] for end in (pre, post))
    rates = (statistics.fmean(first), statistics.fmean(last)) if len(both) >= ENOUGH else None
    return Gain(concept, len(both), _count(first), _count(last), rates, _change(*rates) if rates else None)


def _change(before: float, after: float) -> float | None:
    if after >= before:
        return (after - before) / (1 - before) if before < 1 else None
    return (after - before) / before


def _shares(concept: str, quiz: Quiz, reports: Mapping[str, Report]) -> dict[str, list[float]]:
    """Each student's answers on a concept, where there is a verdict on one."""
    names = {question.id for question in marked(quiz) if question.concept == concept}
    found = {
        student: [r.right for r in report.exercises if r.grade_id in names and r.right is not None]
        for student, report in reports.items()
    }
    return {student: shares for student, shares in found.items() if shares}


def _count(shares: Sequence[float]) -> tuple[int, int]:
    """How many are all right, of how many."""
    return sum(share == 1.0 for share in shares), len(shares)
