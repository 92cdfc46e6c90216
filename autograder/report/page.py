"""The class report as one HTML page: self-contained, escaped, and readable in black and white."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from autograder.course import write_whole
from autograder.model import ExerciseResult, Verdict
from autograder.policy import policy
from autograder.report import sentences
from autograder.report.classes import ClassReport, Row
from autograder.report.clean import points
from autograder.report.tally import Bin, CheckRate
from autograder.report.templates import environment

#: Size of the histogram, in its own units.
_WIDTH, _HEIGHT, _ROOM = 640, 150, 40
#: Length of a check's bar.
_BAR = 100
#: So many checks stand open, the rest behind a click.
_HARDEST = 15


@dataclass(frozen=True)
class Column:
    """A bar of the histogram, with its place in the picture."""

    x: float
    y: float
    width: float
    height: float
    bin: Bin


@dataclass(frozen=True)
class Bar:
    """A check's bar: solid, then hatched, then dotted; widths in hundredths."""

    rate: CheckRate
    passed: float
    failed: float
    uncounted: float

    @property
    def words(self) -> str:
        """The bar in words."""
        return sentences.CHECK_TITLE.format(title=self.rate.title, passed=self.rate.passed, total=self.rate.counted)


def class_page(report: ClassReport) -> str:
    """The whole page."""
    style = environment().get_template("class.css").render()
    return (
        environment()
        .get_template("class.html")
        .render(
            style=Markup(style),  # noqa: S704 # a file of ours, without a field in it
            policy=policy([style]),
            report=report,
            columns=list(_columns(report.distribution)),
            picture={"width": _WIDTH, "height": _HEIGHT, "room": _ROOM, "words": _distribution_words(report)},
            bars=[_bar(rate) for rate in report.checks],
            hardest=_HARDEST,
            exercises=_exercises(report),
            cells=_cells,
            percent=_percent,
            signed=_signed,
            foot=_foot(report),
        )
    )


def write_class_report(report: ClassReport, folder: Path) -> tuple[Path, Path]:
    """Writes `<assignment>.html` and `<assignment>.json` into `folder`, and says where."""
    html, record = folder / f"{report.assignment}.html", folder / f"{report.assignment}.json"
    data = json.dumps(report.to_json(), indent=1, ensure_ascii=False) + "\n"
    write_whole(html, class_page(report).encode(errors="replace"))
    write_whole(record, data.encode(errors="replace"))
    return html, record


def _percent(rate: float | None) -> str:
    return sentences.TOO_FEW if rate is None else f"{100 * rate:.0f} %"


def _signed(value: float | None) -> str:
    return sentences.TOO_FEW if value is None else f"{value:+.2f}"


def _columns(bins: list[Bin]) -> Iterable[Column]:
    highest = max(1, *(one.count for one in bins))
    step = _WIDTH / len(bins)
    for i, one in enumerate(bins):
        height = _HEIGHT * one.count / highest
        yield Column(i * step + 4, 20 + _HEIGHT - height, step - 8, height, one)


def _distribution_words(report: ClassReport) -> str:
    bins = (one for one in report.distribution if one.count)
    text = ", ".join(sentences.DISTRIBUTION_BIN.format(count=b.count, low=b.low, high=b.high) for b in bins)
    return sentences.DISTRIBUTION_TITLE.format(text=text or sentences.NO_MARK)


def _bar(rate: CheckRate) -> Bar:
    part = _BAR / max(rate.counted + rate.uncounted, 1)
    return Bar(rate, rate.passed * part, rate.failed * part, rate.uncounted * part)


def _exercises(report: ClassReport) -> dict[str, str]:
    """Exercise → what can be earned there, over all reports, in the order of the notebook."""
    return {one.grade_id: _worth(one) for found in report.reports.values() for one in found.exercises}


def _worth(exercise: ExerciseResult) -> str:
    template = sentences.COLUMN_BONUS if exercise.bonus else sentences.COLUMN_OF
    return template.format(max_score=points(exercise.max_score))


def _cells(row: Row, exercises: Iterable[str]) -> list[str]:
    """What the table says of each exercise of one student: a mark, and the points."""
    found = {one.grade_id: one for one in row.report.exercises} if row.report else {}
    return [_cell(found[name]) if name in found else sentences.NO_MARK for name in exercises]


def _cell(exercise: ExerciseResult) -> str:
    star = "*" if exercise.with_stand_ins else ""
    if exercise.score is None:
        return sentences.MARKS[exercise.state][0] + star
    if exercise.state is Verdict.PASSED:
        return f"✓ {points(exercise.score)}{star}"
    return f"{'◐' if exercise.score else '✗'} {points(exercise.score)}{star}"


def _foot(report: ClassReport) -> str:
    return sentences.FOOT.format(
        count=len(report.reports),
        version=report.version or sentences.NO_MARK,
        device=_all_of(one.device for one in report.reports.values()),
        sandbox=_all_of(one.sandbox for one in report.reports.values()),
    )


def _all_of(values: Iterable[str]) -> str:
    return ", ".join(sorted(set(values))) or sentences.NO_MARK
