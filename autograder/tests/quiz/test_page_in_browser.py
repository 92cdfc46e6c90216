"""The page of a quiz in a real browser: quiet, for the keyboard alone, and of one mind with the marking in Python."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.course import Course
from autograder.quiz import sentences
from autograder.quiz.ask import Asked, ask
from autograder.quiz.draw import drawn_variants
from autograder.quiz.export import export
from autograder.quiz.mark import mark, printed_form, text_form
from autograder.quiz.public import Answer
from autograder.quiz.records import Number, Quiz
from autograder.quiz.shown import kind_of
from autograder.quiz.source import load_quiz, quiz_names
from autograder.tests.browser import Browser, Visit

pytestmark = pytest.mark.slow

COURSE = Course(Path(__file__).parents[3])
NAMES = quiz_names(COURSE)
#: Each of these has all seven kinds.
TWO = ("transformer-pre", "positional-encoding-pre")

Look = Callable[[Any], Any]
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


@pytest.fixture(scope="module")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Gives the page of a quiz, with every question."""
    folder = tmp_path_factory.mktemp("pages")

    def write(name: str) -> Path:
        made = export(load_quiz(COURSE, name), "html", COURSE.root / "quizzes", everything=True)
        (folder / made.file).write_bytes(made.data)
        return folder / made.file

    return write


@pytest.fixture(params=TWO)
def open_page(request: pytest.FixtureRequest, browser: Browser, page_of: Callable[[str], Path]) -> Iterator[Any]:
    """Opens the page of a quiz; that it stayed quiet is seen to afterwards."""
    path, visits = page_of(request.param), list[Visit]()

    def look_at(look: Look) -> Any:
        visits.append(browser.visit(path, look))
        return visits[-1].seen

    yield look_at
    assert [(visit.asked, visit.said, visit.done) for visit in visits] == [([], [], [])]


def test_the_two_quizzes_have_all_kinds() -> None:
    for name in TWO:
        kinds = {kind_of(question) for question in load_quiz(COURSE, name).questions}
        assert kinds == set(sentences.CHOOSE)


def test_every_kind_is_answered_by_the_keyboard_alone(open_page: Callable[[Look], Any]) -> None:
    def answer_all(page: Any) -> dict[str, str]:
        _without_mouse(page)
        return {kind: _answered_by_keys(page, kind) for kind in sentences.CHOOSE}

    assert open_page(answer_all) == dict.fromkeys(sentences.CHOOSE, sentences.PAGE_WORDS["right"])


def test_a_right_and_a_wrong_answer_are_explained(open_page: Callable[[Look], Any]) -> None:
    def answer_twice(page: Any) -> dict[str, list[dict[str, Any]]]:
        return {kind: [_told(page, kind, right=right) for right in (False, True)] for kind in sentences.CHOOSE}

    for kind, (wrong, right) in open_page(answer_twice).items():
        assert wrong["result"] in (sentences.PAGE_WORDS["wrong"], sentences.PAGE_WORDS["partly"]), kind
        assert right["result"] == sentences.PAGE_WORDS["right"], kind
        assert right["whys"], kind
        if kind in ("one", "several"):
            assert any(why.startswith(sentences.OPTION_WRONG) for why in wrong["whys"]), kind
        else:
            assert right["whys"][-1].startswith("The answer: "), kind


def test_what_fits_no_format_is_told_so_and_has_no_mark(open_page: Callable[[Look], Any]) -> None:
    def answer_nothing(page: Any) -> dict[str, str]:
        return {kind: _unreadable(page, kind) for kind in sentences.CHOOSE}

    assert open_page(answer_nothing) == sentences.PAGE_WORDS["expects"]


def test_an_expected_slip_is_explained(open_page: Callable[[Look], Any]) -> None:
    def slip(page: Any) -> list[str]:
        form = page.locator('form[data-kind="number"]:visible:not([data-slips="[]"])').first
        _fill(form, "number", str(json.loads(form.get_attribute("data-slips"))[0]))
        form.get_by_role("button").click()
        return [form.locator(".result").inner_text(), *form.locator(".slip:visible").all_inner_texts()]

    result, *why = open_page(slip)
    assert result == sentences.PAGE_WORDS["wrong"]
    assert len(why) == 1


def test_start_again_draws_anew_and_clears_all(open_page: Callable[[Look], Any]) -> None:
    def start_again(page: Any) -> tuple[set[str], list[Any]]:
        drawn, left = set(), []
        for _ in range(8):
            drawn.add(page.evaluate("[...document.querySelectorAll('form:not([hidden])')].map((f) => f.id).join()"))
            for kind in sentences.CHOOSE:
                _told(page, kind, right=True)
            page.locator("#again").click()
            left.append(page.evaluate(_LEFT))
        return drawn, left

    drawn, left = open_page(start_again)
    assert len(drawn) > 1
    assert left == [{"ticked": 0, "typed": 0, "told": 0, "tries": 0, "score": "", "top": 0}] * 8


def test_nothing_is_kept(open_page: Callable[[Look], Any]) -> None:
    def answer_and_look(page: Any) -> Any:
        for kind in sentences.CHOOSE:
            _told(page, kind, right=True)
        kept = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
        stored = page.evaluate("indexedDB.databases().then((all) => all.length)")
        return [*kept, stored, page.context.cookies()]

    assert open_page(answer_and_look) == [0, 0, "", 0, []]


def test_there_is_no_barrier_before_or_after_answering(open_page: Callable[[Look], Any]) -> None:
    pytest.importorskip("axe_playwright_python", reason="axe is not installed (pip install axe-playwright-python)")

    def walk(page: Any) -> list[str]:
        before = _barriers(page)
        for kind in sentences.CHOOSE:
            _told(page, kind, right=False)
        wrong = _barriers(page)
        for kind in sentences.CHOOSE:
            _told(page, kind, right=True)
        return [*before, *wrong, *_barriers(page)]

    assert open_page(walk) == []


def test_axe_sees_a_barrier_where_there_is_one(browser: Browser, page_of: Callable[[str], Path]) -> None:
    pytest.importorskip("axe_playwright_python", reason="axe is not installed (pip install axe-playwright-python)")

    def spoil(page: Any) -> list[str]:
        page.evaluate("document.querySelectorAll('label').forEach((label) => label.remove())")
        return _barriers(page)

    assert browser.visit(page_of(TWO[0]), spoil).seen


@pytest.mark.parametrize("name", NAMES)
def test_the_page_marks_as_python_does(name: str, browser: Browser, page_of: Callable[[str], Path]) -> None:
    assert differing(name, browser, page_of, 0) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_page_knows_a_slip_as_python_does(name: str, browser: Browser, page_of: Callable[[str], Path]) -> None:
    assert differing(name, browser, page_of, 1) == []


def test_the_page_reads_texts_as_python_does(browser: Browser, page_of: Callable[[str], Path]) -> None:
    read = "(all) => all.map((text) => [form_of_text(text), form_of_print(text)])"
    visit = browser.visit(page_of(TWO[0]), lambda page: page.evaluate(read, _ODD_TEXTS))
    assert visit.seen == [[text_form(text), printed_form(text)] for text in _ODD_TEXTS]


def differing(name: str, browser: Browser, page_of: Callable[[str], Path], part: int) -> list[tuple[Any, ...]]:
    """Where page and Python differ: form, answer, Python's word, the page's.

    Args:
        part: in what, 0: the share that is earned, or 1: what is said of a slip.
    """
    forms = _forms(load_quiz(COURSE, name))
    cases = {form: _answers(asked) for form, asked in forms.items()}
    given = {form: [done for done, _ in answers] for form, answers in cases.items()}
    visit = browser.visit(page_of(name), lambda page: page.evaluate(_MARK, given))
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

_LEFT = """() => {
  const shown = (what) => [...document.querySelectorAll(what)].filter((one) => one.checkVisibility() && one.innerText);
  return {
    ticked: document.querySelectorAll("input:checked").length,
    typed: [...document.querySelectorAll("input[type=text], textarea, select")].filter((one) => one.value).length,
    told: shown(".result, .why, .whys, .slip").length,
    tries: document.querySelectorAll("form[data-tries]").length,
    score: document.getElementById("score").textContent,
    top: window.scrollY,
  };
}"""


def _form(page: Any, kind: str) -> Any:
    return page.locator(f'form[data-kind="{kind}"]:visible').first


def _key(form: Any) -> Any:
    return json.loads(form.get_attribute("data-key"))["answer"]


def _told(page: Any, kind: str, *, right: bool) -> dict[str, Any]:
    """Answers the first question of a kind by mouse; gives what it says."""
    form = _form(page, kind)
    _fill(form, kind, _right(form) if right else _wrong(form, kind))
    form.get_by_role("button").click()
    shown = form.locator(".why:visible, .slip:visible, .solution:visible")
    return {"result": form.locator(".result").inner_text(), "whys": shown.all_inner_texts()}


def _right(form: Any) -> str | list[str]:
    key = _key(form)
    kind = form.get_attribute("data-kind")
    if kind in ("text", "prints"):
        return str(key[0])
    return list(key) if kind in ("one", "several", "order") else str(key)


def _wrong(form: Any, kind: str) -> str | list[str]:
    key = _key(form)
    if kind in ("one", "several"):
        letters = form.locator("input").evaluate_all("(all) => all.map((one) => one.value)")
        return [next(letter for letter in letters if letter not in key)]
    return list(key)[::-1] if kind == "order" else "98765"


def _fill(form: Any, kind: str, answer: str | list[str]) -> None:
    if isinstance(answer, str):
        form.locator("input, textarea").fill(answer)
        return
    for place, letter in enumerate(answer, 1):
        if kind == "order":
            form.locator(f'select[data-letter="{letter}"]').select_option(str(place))
    for choice in form.locator("input").all():
        choice.set_checked(choice.get_attribute("value") in answer) if kind == "several" else None
    if kind == "one":
        form.locator(f'input[value="{answer[0]}"]').check()


def _unreadable(page: Any, kind: str) -> str:
    """Gives no answer, or for numbers one that is none; what the page says, if it marked nothing."""
    form = _form(page, kind)
    if kind in ("number", "line"):
        _fill(form, kind, "about three")
    form.get_by_role("button").click()
    assert form.locator(".whys:visible, .why:visible").count() == 0
    assert page.locator("#score").inner_text() == ""
    return str(form.locator(".result").inner_text())


def _barriers(page: Any) -> list[str]:
    """What axe finds serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in ("serious", "critical")
    ]


def _without_mouse(page: Any) -> None:
    """Nothing has the focus, as on a page that was just opened."""
    page.evaluate("document.activeElement.blur()")


def _answered_by_keys(page: Any, kind: str) -> str:
    """Answers the first question of a kind: Tab to it, arrows, Space, letters, Enter; gives what it says."""
    form = _form(page, kind)
    key, name = _key(form), form.get_attribute("id")
    _keys[kind](page, name, key)
    return str(form.locator(".result").inner_text())


def _tab_to(page: Any, where: str) -> None:
    """Presses Tab until what has the focus is that."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("(where) => document.activeElement.matches(where)", where):
            return
    raise AssertionError(f"Tab never comes to {where}")


def _choose_one(page: Any, name: str, key: str) -> None:
    _tab_to(page, f"#{name} input")
    page.keyboard.press("Space")
    for _ in range(8):
        if page.evaluate("document.activeElement.value") == key:
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def _choose_several(page: Any, name: str, key: list[str]) -> None:
    for letter in key:
        _tab_to(page, f'#{name} input[value="{letter}"]')
        page.keyboard.press("Space")
    _tab_to(page, f"#{name} button")
    page.keyboard.press("Space")


def _choose_order(page: Any, name: str, key: list[str]) -> None:
    for letter in sorted(key):
        _tab_to(page, f'#{name} select[data-letter="{letter}"]')
        for _ in range(key.index(letter) + 1):
            page.keyboard.press("ArrowDown")
    _tab_to(page, f"#{name} button")
    page.keyboard.press("Enter")


def _type(page: Any, name: str, key: Any) -> None:
    _tab_to(page, f"#{name}-input")
    page.keyboard.type(str(key[0] if isinstance(key, list) else key))
    page.keyboard.press("Enter")


def _type_lines(page: Any, name: str, key: list[str]) -> None:
    _tab_to(page, f"#{name}-input")
    page.keyboard.type(key[0])
    _tab_to(page, f"#{name} button")
    page.keyboard.press("Enter")


_keys: dict[str, Callable[[Any, str, Any], None]] = {
    "one": _choose_one,
    "several": _choose_several,
    "order": _choose_order,
    "number": _type,
    "line": _type,
    "text": _type,
    "prints": _type_lines,
}
