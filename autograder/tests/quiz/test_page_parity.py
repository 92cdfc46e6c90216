"""The page's script and the marking in Python are of one mind: every question, and answers of every sort."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.quiz.ask import Asked, ask
from autograder.quiz.draw import drawn_variants
from autograder.quiz.mark import mark, printed_form, text_form
from autograder.quiz.public import Answer
from autograder.quiz.records import Number, Quiz
from autograder.quiz.shown import kind_of
from autograder.quiz.source import load_quiz, quiz_names
from autograder.tests.browser import Browser
from autograder.tests.quiz.page_hands import COURSE, page_of

pytestmark = pytest.mark.slow

NAMES = quiz_names(COURSE)
#: What is done on the page (a letter, letters, or what is typed), and the answer that it stands for.
Given = tuple[str | list[str], Answer | None]

#: Other ways to write a number.
_SPELLINGS: tuple[tuple[str, float | None], ...] = (
    ("1/8", 0.125),
    (" 1 / 8 ", 0.125),
    ("-1/8", -0.125),
    ("0,125", 0.125),
    ("−0,5", -0.5),
    ("3,5/7", 0.5),
    (".5", 0.5),
    ("5.", 5.0),
    ("+5", 5.0),
    ("1e-3", 0.001),
    ("2.5E2", 250.0),
    ("1e400", None),
    ("1/0", None),
    ("1/2/3", None),
    ("/2", None),
    ("1,234,567", None),
    ("five", None),
    ("nan", None),
    ("", None),
    ("  ", None),
)
_NO_LINES = ("", "two", "1.5", "-", "1 2")
_ODD_TEXTS = (
    *("Straße", "STRASSE", "ΛΌΓΟΣ", "λόγος", "ﬁne", "fine", "Ｆｕｌｌ", "½", "İ", "naïve", "nai\u0308ve", "a\u00a0b"),
    *("“a, the”", "the the", "Theory", "...", "-", " \t ", "self–attention", "self_attention", "d_k/2", "nn.Linear"),
    *("1, 2", "[1, 2]", " one  \n\n  two\t2 ", "\n\none\n", "one\ntwo", "tensor([1., 2.])"),
)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_marks_as_python_does(name: str, browser: Browser, tmp_path: Path) -> None:
    assert differing(name, browser, tmp_path, 0) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_page_knows_a_slip_as_python_does(name: str, browser: Browser, tmp_path: Path) -> None:
    assert differing(name, browser, tmp_path, 1) == []


def test_the_page_reads_texts_as_python_does(browser: Browser, tmp_path: Path) -> None:
    read = "(all) => all.map((text) => [form_of_text(text), form_of_print(text)])"
    visit = browser.visit(page_of(NAMES[0], tmp_path), lambda page: page.evaluate(read, _ODD_TEXTS))
    assert visit.seen == [[text_form(text), printed_form(text)] for text in _ODD_TEXTS]


def differing(name: str, browser: Browser, tmp_path: Path, part: int) -> list[tuple[Any, ...]]:
    """Where page and Python differ: form, answer, Python's word, the page's.

    Args:
        part: in what, 0: the share that is earned, or 1: what is said of a slip.
    """
    forms = _forms(load_quiz(COURSE, name))
    cases = {form: _answers(asked) for form, asked in forms.items()}
    given = {form: [done for done, _ in answers] for form, answers in cases.items()}
    visit = browser.visit(page_of(name, tmp_path), lambda page: page.evaluate(_MARK, given))
    assert (visit.asked, visit.said, visit.done) == ([], [], [])
    compared = [
        (form, done, _marked(asked, answer)[part], _told_by_page(asked, *seen)[part])
        for form, asked in forms.items()
        for (done, answer), seen in zip(cases[form], visit.seen[form], strict=True)
    ]
    assert len({expected for *_, expected, _ in compared}) > 1
    return [one for one in compared if one[2] != one[3]]


def _marked(asked: Asked, answer: Answer | None) -> tuple[float | None, str]:
    """What Python makes of it: the share, and what it says of a slip."""
    if answer is None:
        return None, ""
    found = mark(asked, answer)
    return found.share, found.why[0] if asked.slips and len(found.why) > 1 else ""


def _told_by_page(asked: Asked, share: float | None, slip: int) -> tuple[float | None, str]:
    return None if share is None else round(share, 6), asked.slips[slip].why if slip >= 0 else ""


def _forms(quiz: Quiz) -> dict[str, Asked]:
    """Every form of the page, and the question that it asks."""
    return {
        f"{question.id}-{place}": ask(question, values)
        for question in quiz.questions
        for place, values in enumerate(drawn_variants(question), 1)
    }


def _answers(asked: Asked) -> list[Given]:
    """Right and wrong, slips and halves, and odd ways to write each."""
    letters, kind = [choice.letter for choice in asked.choices], kind_of(asked.question)
    if kind == "one":
        return [([], None), *[([letter], letter) for letter in letters]]
    if kind == "several":
        chosen = [[one for i, one in enumerate(letters) if bits >> i & 1] for bits in range(1, 2 ** len(letters))]
        return [([], None), *[(some, tuple(some)) for some in chosen]]
    if kind == "order":
        turned = [letters[i:] + letters[:i] for i in range(len(letters))]
        key = list(asked.key) if isinstance(asked.key, tuple) else []
        return [([], None), (letters[:-1], None), *[(way, tuple(way)) for way in (key, key[::-1], letters, *turned)]]
    return _numbers(asked) if kind in ("number", "line") else _texts(asked)


def _numbers(asked: Asked) -> list[Given]:
    key = float(str(asked.key))
    if kind_of(asked.question) == "line":
        lines = [(f" {line} ", line) for line in range(15)]
        return [*lines, ("007", 7), *[(text, None) for text in _NO_LINES]]
    slips = [float(slip.answer) for slip in asked.slips]
    room = asked.question.tolerance + asked.question.relative * abs(key) if isinstance(asked.question, Number) else 0.0
    near = [key, -key, key + 1, key + 0.99 * room, key - 0.99 * room, key + 1.01 * room + 1e-6, key + 1e-10, 2 * key]
    plain = [number for number in (*near, *slips) if abs(number) < 1e30]
    written = [(repr(number), number) for number in plain]
    comma = [(f"{number:.4f}".replace(".", ","), round(number, 4)) for number in plain]
    return [*written, *comma, (f"{key * 8!r}/8", key), *_SPELLINGS]


def _texts(asked: Asked) -> list[Given]:
    made: list[str] = list(_ODD_TEXTS)
    for text in (*asked.accepted, *(str(slip.answer) for slip in asked.slips)):
        made += [text, text.upper(), text.title(), f"  {text}\n", f"“{text}”.", f"the {text}", text.replace(" ", "-")]
        made += [text.replace(" ", "  "), text.replace(" ", "\n"), text.replace("\n", " \n  "), text.replace("\n", " ")]
        made += [
            f"{text} {text}",
            text[:-1],
            text.replace(",", ", "),
            text.replace(" ", ""),
            text.replace("\n", "\n\n"),
        ]
    if kind_of(asked.question) == "text":
        made = [text.replace("\n", "") for text in made]  # as a field of one line has it
    return [(text, text if text.strip() else None) for text in made]


#: Puts answers into the fields of each form and lets the page's own functions read and mark them.
_MARK = """(given) => {
  const put = (form, done) => {
    form.reset();
    if (typeof done === "string") form.querySelector("input, textarea").value = done;
    else if (form.dataset.kind === "order")
      done.forEach((one, i) => form.querySelector(`select[data-letter="${one}"]`).value = String(i + 1));
    else done.forEach((one) => form.querySelector(`input[value="${one}"]`).checked = true);
  };
  const marked = (form, done) => {
    put(form, done);
    const { read, mark, same } = kinds[form.dataset.kind], key = JSON.parse(form.dataset.key), answer = read(form);
    if (answer === null) return [null, -1];
    const share = mark(answer, key);
    const slip = share === 1 ? -1 : JSON.parse(form.dataset.slips).findIndex((one) => same && same(answer, one, key));
    return [share, slip];
  };
  return Object.fromEntries(Object.entries(given).map(([name, all]) =>
    [name, all.map((done) => marked(document.getElementById(name), done))]));
}"""
