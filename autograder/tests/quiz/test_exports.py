"""Every export of every quiz is read back, and holds what its source says."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.errors import CourseError
from autograder.formulae import FORMULA
from autograder.quiz import sentences
from autograder.quiz.ask import Asked, ask, filled
from autograder.quiz.draw import MOST_CARRIED, drawn_variants, marked, practised
from autograder.quiz.export import FORMS, Exported, export
from autograder.quiz.records import AnyQuestion, Line, Number, OneChoice, Order, Prints, Quiz, SeveralChoices, Text
from autograder.quiz.shown import kind_of
from autograder.quiz.source import load_quiz, quiz_names
from autograder.tests.quiz.readers import READERS, Read, squeezed
from autograder.tests.quiz.support import COURSE, find, small

FOLDER = COURSE.root / "quizzes"
NAMES = quiz_names(COURSE)
#: What a form has no kind for is carried as another one.
CARRIED = {
    "moodle": {"line": "number", "prints": "text"},
    "qti": {"line": "number", "prints": "text", "order": "one"},
}
#: The number that Canvas cannot hold: a cosine of 90 degrees.
REFUSED = {("arrows-at-an-angle", 90)}
ZERO = "Canvas takes no number nearer to zero than 0.0001"

every_form = pytest.mark.parametrize("form", FORMS)
every_quiz = pytest.mark.parametrize("name", NAMES)


@cache
def _exported(name: str, form: str, everything: bool = True) -> Exported:
    return export(load_quiz(COURSE, name), form, FOLDER, everything=everything)


@cache
def _read(name: str, form: str, everything: bool = True) -> tuple[Read, ...]:
    return tuple(READERS[form](_exported(name, form, everything).data))


@cache
def _pairs(name: str, form: str) -> list[tuple[Asked, Read]]:
    """Each question with each of its values, beside what was read of it; nothing may be left over on either side."""
    questions, read = load_quiz(COURSE, name).questions, list(_read(name, form))
    pairs: list[tuple[Asked, Read]] = []
    assert len({one.name for one in read}) == len(questions)
    for number, question in enumerate(questions, 1):
        drawn = drawn_variants(question, 1 if form == "markdown" else MOST_CARRIED)
        asked = [ask(question, values) for values in drawn if form != "qti" or not _is_refused(question, values)]
        found = [one for one in read if one.name == (str(number) if form == "markdown" else question.id)]
        read = [one for one in read if one not in found]
        pairs += zip(asked, found, strict=True)
    assert not read
    return pairs


def _is_refused(question: AnyQuestion, values: dict[str, int | float | str]) -> bool:
    return any((question.id, value) in REFUSED for value in values.values())


@cache
def _text(text: str, form: str) -> str:
    """A text of the source as readers give it; the page has its formulae set."""

    def marked_off(match: re.Match[str]) -> str:
        tex = (match["block"] or match["inline"] or "").strip()
        return match[0] if match["code"] else "⟦⟧" if form == "html" else f"⟦{tex}⟧"

    return squeezed(re.sub(r"```python\n", "", FORMULA.sub(marked_off, text)))


def _asked_text(asked: Asked, form: str) -> str:
    lines = asked.code.strip("\n").split("\n")
    numbered = (
        [f"{number}{line}" for number, line in enumerate(lines, 1)] if isinstance(asked.question, Line) else lines
    )
    several_lines = isinstance(asked.question, Prints) and "\n" in asked.question.answer.strip()
    hint = sentences.ONE_LINE if several_lines and form in CARRIED else ""
    return _text(asked.text, form) + squeezed("\n".join(numbered) + hint)


@every_form
@every_quiz
def test_texts_kinds_points_and_reasons_are_those_of_the_source(name: str, form: str) -> None:
    for asked, read in _pairs(name, form):
        kind = kind_of(asked.question)
        assert read.kind == CARRIED.get(form, {}).get(kind, kind)
        assert read.text == _asked_text(asked, form)
        assert _text(asked.why, form) in read.why
        if form != "html":
            assert read.points == pytest.approx(asked.question.points)


@every_form
@every_quiz
def test_options_are_right_and_wrong_as_in_the_source_and_each_says_why(name: str, form: str) -> None:
    for asked, read in _pairs(name, form):
        if not isinstance(asked.question, OneChoice | SeveralChoices):
            assert not read.options or isinstance(asked.question, Order)
            continue
        wanted = [(_text(one.text, form), one.right, _text(one.why, form)) for one in asked.choices]
        assert list(read.options) == sorted(wanted)
        assert Counter(right for _, right, _ in read.options) == Counter(o.right for o in asked.question.options)


@every_form
@every_quiz
def test_numbers_have_their_range(name: str, form: str) -> None:
    for asked, read in _pairs(name, form):
        question = asked.question
        if not isinstance(question, Number | Line):
            assert read.number is None
            continue
        key = float(str(asked.key))
        room = question.tolerance + question.relative * abs(key) if isinstance(question, Number) else 0.0
        digits = 5.1e-5 if form == "qti" else 1e-3 * room + 1e-6  # Canvas keeps four decimals
        assert read.number == pytest.approx((key - room, key + room), abs=digits)


@every_form
@every_quiz
def test_all_texts_that_are_accepted_are_carried(name: str, form: str) -> None:
    for asked, read in _pairs(name, form):
        question, on_one_line = asked.question, form in CARRIED
        forms = question.accept if isinstance(question, Text) else ()
        forms = (question.answer,) if isinstance(question, Prints) else forms
        wanted = [filled(question, one, asked.values).strip("\n") for one in forms]
        wanted = list(dict.fromkeys(" ".join(one.split()) for one in wanted)) if on_one_line else wanted
        assert [one.strip("\n") for one in read.accepted] == wanted
        assert not on_one_line or "\n" not in "".join(read.accepted)


@every_form
@every_quiz
def test_orders_are_right_as_in_the_source(name: str, form: str) -> None:
    for asked, read in _pairs(name, form):
        if not isinstance(asked.question, Order):
            assert not read.order
            continue
        items = [_text(filled(asked.question, item, asked.values), form) for item in asked.question.items]
        if form != "qti":
            assert list(read.order) == items
            continue
        ways = {tuple(text.split("→")): right for text, right, _ in read.options}
        assert [list(way) for way, right in ways.items() if right] == [items]
        assert len(ways) == len(read.options) == 4
        assert all(sorted(way) == sorted(items) for way in ways)
        assert all(why for _, _, why in read.options)


@pytest.mark.parametrize("form", ["html", "moodle"])
@every_quiz
def test_expected_slips_are_answered_where_the_format_can(name: str, form: str) -> None:
    for asked, read in _pairs(name, form):
        assert [why for _, why in read.slips] == [_text(slip.why, form) for slip in asked.slips]
        for (answer, _), slip in zip(read.slips, asked.slips, strict=True):
            if isinstance(slip.answer, str):
                assert squeezed(answer) == squeezed(slip.answer)
            else:
                assert float(answer) == pytest.approx(slip.answer)


@every_form
@every_quiz
def test_pictures_are_in_the_export_or_beside_it(name: str, form: str) -> None:
    files = [(FOLDER / "figures" / q.picture).read_bytes() for q in load_quiz(COURSE, name).questions if q.picture]
    made = _exported(name, form)
    if form == "markdown":
        places = re.findall(r"^!\[[^\n]+\]\((.*)\)$", made.data.decode(), re.MULTILINE)
        assert [made.beside[place] for place in places] == files
        assert set(made.beside) == set(places)
    else:
        assert [picture for read in _read(name, form) for picture in read.pictures] == files
        assert not made.beside


def test_some_quizzes_have_a_picture() -> None:
    assert sum(bool(q.picture) for name in NAMES for q in load_quiz(COURSE, name).questions) >= 5


@every_form
@every_quiz
def test_what_is_asked_for_marks_is_in_no_export(name: str, form: str) -> None:
    quiz = load_quiz(COURSE, name)
    read = _read(name, form, everything=False)
    if form != "markdown":
        assert {one.name for one in read} == {question.id for question in practised(quiz)}
    assert len({one.name for one in read}) == len(practised(quiz))
    held = "\n".join(f"{one}" for one in read) + " ".join(_exported(name, form, everything=False).notes)
    for question in marked(quiz):
        assert not re.search(rf"(?<![\w-]){question.id}(?![\w-])", held)
        for values in drawn_variants(question):
            texts = re.split(r"⟦.*?⟧", _asked_text(ask(question, values), form))
            assert max(texts, key=len) not in held


@every_form
@every_quiz
def test_every_question_in_another_form_is_named(name: str, form: str) -> None:
    notes = Counter(re.findall(r"^question ([a-z0-9-]+)", "\n".join(_exported(name, form).notes), re.MULTILINE))
    wanted: Counter[str] = Counter()
    for question in load_quiz(COURSE, name).questions:
        wanted[question.id] += bool(question.parameters) and form != "html"
        wanted[question.id] += isinstance(question, Order | Text | Prints) and form in CARRIED
        wanted[question.id] += isinstance(question, SeveralChoices) and form == "qti"
        wanted[question.id] += form in ("qti", "markdown") and bool(getattr(question, "slips", ()))
        wanted[question.id] += form == "qti" and any(
            _is_refused(question, values) for values in drawn_variants(question)
        )
    assert notes == +wanted


def _quiz_of(**changes: dict[str, object]) -> Quiz:
    """The small quiz's questions of these ids, each with other fields."""
    quiz = small()
    changed = [msgspec.structs.replace(find(quiz, i.replace("_", "-")), **new) for i, new in changes.items()]
    return msgspec.structs.replace(quiz, questions=tuple(changed))


@pytest.mark.parametrize("answer", [0.0, 0.00009, -0.00009])
def test_canvas_refuses_a_number_next_to_zero_by_its_id(answer: float) -> None:
    quiz = _quiz_of(number_of_scores={"answer": answer, "tolerance": 0.0})
    with pytest.raises(
        CourseError, match=re.escape(f"number-of-scores with H = 2, T = 11: Canvas cannot hold it ({ZERO})")
    ):
        export(quiz, "qti", FOLDER, everything=True)


def test_canvas_refuses_thirds_of_a_point_by_the_id() -> None:
    with pytest.raises(CourseError, match=r"one-of-three: Canvas cannot hold it \(points have to be whole or half\)"):
        export(_quiz_of(one_of_three={"points": 1 / 3}), "qti", FOLDER, everything=True)
    [read] = READERS["qti"](export(_quiz_of(one_of_three={"points": 1.5}), "qti", FOLDER, everything=True).data)
    assert read.points == 1.5


def test_of_a_question_some_of_whose_numbers_canvas_refuses_the_others_are_carried() -> None:
    quiz = _quiz_of(number_of_scores={"answer": "H * (T - 5)"})
    made = export(quiz, "qti", FOLDER, everything=True)
    read = list(READERS["qti"](made.data))
    assert sorted(one.number or () for one in read) == [(3.5, 4.5), (7.5, 8.5), (11.5, 12.5), (23.5, 24.5)]
    assert f"question number-of-scores with H = 4, T = 5: Canvas cannot hold it ({ZERO})." in made.notes
    assert sentences.CARRIED_VARIANTS.format(question="number-of-scores", count=4) in made.notes


@pytest.mark.parametrize("form", CARRIED)
def test_several_printed_lines_are_carried_on_one_with_a_hint(form: str) -> None:
    [read] = READERS[form](export(_quiz_of(printed={}), form, FOLDER, everything=True).data)
    assert read.accepted == ("0 [0, 0] 1 [1, 1]",)
    assert squeezed(sentences.ONE_LINE) in read.text
    [read] = READERS[form](export(_quiz_of(printed={"answer": "0 1"}), form, FOLDER, everything=True).data)
    assert squeezed(sentences.ONE_LINE) not in read.text


def test_the_command_puts_the_pictures_of_a_paper_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = next(name for name in NAMES if any(q.picture for q in practised(load_quiz(COURSE, name))))
    monkeypatch.chdir(COURSE.root)
    done = CliRunner().invoke(main, ["quiz", "export", name, "--to", "markdown", "--output", str(tmp_path)])
    assert done.exit_code == 0, done.output
    places = re.findall(r"\]\((figures/.*)\)$", (tmp_path / f"{name}.md").read_text(), re.MULTILINE)
    assert places
    for place in places:
        assert (tmp_path / place).read_bytes() == (FOLDER / place).read_bytes()
        assert f"{tmp_path / place} is written." in done.output
