"""The verdict on one exercise, as a student reads it in place of the graded cell's output.

nbconvert may pass it through its sanitiser, which lets few tags through (div, ul, li, strong, em, code, span,
blockquote …) and no style at all: the styles here are a help, never needed to understand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from autograder.model import NOT_RUN, CheckResult, ExerciseResult, Report, Verdict
from autograder.report import sentences
from autograder.report.clean import paragraphs, plain, points
from autograder.report.templates import environment

#: More than that nobody reads, and a page must stay a page whatever a notebook provoked.
_MOST_CHECKS, _MOST_NOTICES, _MOST_EXPLANATIONS = 60, 12, 4
_TITLE, _MESSAGE, _TAUGHT, _NOTICE = 300, 1500, 8000, 500


@dataclass(frozen=True)
class Finding:
    """Checks that ended alike, for one reason: the reason is said once."""

    titles: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Feedback:
    """All that a verdict says, cleaned and capped, before it is laid out.

    Attributes:
        taught: whether its messages are a quiz's explanations, with formulae.
    """

    headline: str
    summary: tuple[str, ...]
    explanations: tuple[str, ...]
    findings: tuple[Finding, ...]
    notices: tuple[str, ...]
    stamp: str
    taught: bool = False


def verdict_html(exercise: ExerciseResult, report: Report) -> str:
    """The verdict on `exercise` as an HTML fragment that survives nbconvert's sanitiser.

    Args:
        exercise: one of the report's exercises; the first of them also carries the notices of the whole run.
        report: the report that it is part of.
    """
    return environment().get_template("verdict.html").render(feedback=feedback(exercise, report))


def verdict_text(exercise: ExerciseResult, report: Report) -> str:
    """The same verdict as plain text, for terminals and for where HTML is not shown."""
    said = feedback(exercise, report)
    lines = [said.headline, *said.summary]
    for explanation in said.explanations:
        lines += ["", sentences.EXPLANATION + ":", *_indented(explanation)]
    for finding in said.findings:
        lines += ["", *finding.titles, *_indented(finding.message)]
    if said.notices:
        lines += ["", sentences.NOTICES + ":", *("  " + notice for notice in said.notices)]
    return "\n".join([*lines, "", said.stamp])


def _indented(text: str) -> list[str]:
    return ["  " + paragraph for paragraph in paragraphs(text)]


def feedback(exercise: ExerciseResult, report: Report) -> Feedback:
    """Everything to be said on `exercise`, in reading order: what is left to do comes first."""
    is_first = bool(report.exercises) and report.exercises[0].grade_id == exercise.grade_id
    return Feedback(
        headline=_headline(exercise, _name(exercise, report)),
        summary=tuple(_summary(exercise)),
        explanations=_explanations(exercise.checks),
        findings=tuple(_findings(exercise.checks[:_MOST_CHECKS]) if exercise.answer is None else _answers(exercise)),
        notices=_notices(report.notices if is_first else ()),
        stamp=_stamp(report) if is_first or exercise.answer is None else "",
        taught=exercise.answer is not None,
    )


def _name(exercise: ExerciseResult, report: Report) -> str:
    """What students know it by: an exercise by its id, a quiz's question by its number."""
    if exercise.answer is None or exercise not in report.exercises:
        return plain(exercise.grade_id, _TITLE)
    return sentences.QUESTION.format(number=report.exercises.index(exercise) + 1)


def _headline(exercise: ExerciseResult, name: str) -> str:
    template = {Verdict.PENDING: sentences.SCORE_PENDING, Verdict.ERROR: sentences.SCORE_ERROR}
    settled = sentences.SCORE_BONUS if exercise.bonus else sentences.SCORE
    return template.get(exercise.state, settled).format(
        exercise=name,
        score=points(exercise.score or 0.0),
        max_score=points(exercise.max_score),
    )


def _summary(exercise: ExerciseResult) -> Iterable[str]:
    if exercise.answer is not None:
        return  # a question has one answer, and its finding says all there is
    counted = [check for check in exercise.checks if check.verdict not in {Verdict.SKIPPED, Verdict.PENDING}]
    passed = [check for check in counted if check.verdict is Verdict.PASSED]
    if counted:
        yield sentences.CHECKS_PASSED.format(passed=len(passed), counted=len(counted))
    else:
        yield sentences.NO_CHECKS
    if passed and exercise.score == 0:
        yield sentences.NO_CORE
    if exercise.with_stand_ins:
        yield sentences.STAND_INS


def _explanations(checks: Iterable[CheckResult]) -> tuple[str, ...]:
    """What was recognised: each explanation once, however many checks it explains."""
    found = dict.fromkeys(check.explanation for check in checks if check.explanation)
    return tuple(plain(explanation, _MESSAGE) for explanation in list(found)[:_MOST_EXPLANATIONS])


def _answers(exercise: ExerciseResult) -> Iterable[Finding]:
    """What is said of the answer to a quiz's question; the rest of its points, if any, are no finding of their own."""
    mark = sentences.HOW_RIGHT["none" if not exercise.right else "all" if exercise.right == 1 else "some"]
    for check in exercise.checks:
        if check.name == "answer":
            mark = sentences.MARKS[check.verdict][0] if exercise.right is None else mark
            title = sentences.ANSWER.format(mark=mark, title=plain(check.title, 2 * _TITLE))
            yield Finding((title,), plain(check.message, _TAUGHT))


def _findings(checks: Iterable[CheckResult]) -> Iterable[Finding]:
    ordered = sorted(checks, key=lambda check: check.verdict is Verdict.PASSED)
    for (verdict, message), alike in groupby(ordered, lambda check: (check.verdict, check.message)):
        mark, word = sentences.MARKS[verdict]
        titles = (sentences.CHECK.format(mark=mark, word=word, title=plain(c.title or c.name, _TITLE)) for c in alike)
        yield Finding(tuple(titles), plain(message, _MESSAGE))


def _notices(notices: Iterable[str]) -> tuple[str, ...]:
    said = [plain(notice, _NOTICE) for notice in notices if notice.strip()]
    if len(said) > _MOST_NOTICES:
        said[_MOST_NOTICES:] = [sentences.MORE.format(count=len(said) - _MOST_NOTICES)]
    return tuple(said)


def _stamp(report: Report) -> str:
    template = {"off": sentences.STAMP_OFF, NOT_RUN: sentences.STAMP_NOT_RUN}.get(report.sandbox, sentences.STAMP)
    fields = {"device": report.device, "sandbox": report.sandbox, "version": report.version}
    return template.format(**{name: plain(value, _TITLE) for name, value in fields.items()})
