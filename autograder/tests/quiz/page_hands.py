"""The hands at a quiz's page: it is written, answered by mouse or by keys, and looked over."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.course import Course
from autograder.quiz.export import export
from autograder.quiz.source import load_quiz

COURSE = Course(Path(__file__).parents[3])


def page_of(name: str, folder: Path) -> Path:
    """The page of a quiz, with every question."""
    made = export(load_quiz(COURSE, name), "html", COURSE.root / "quizzes", everything=True)
    (folder / made.file).write_bytes(made.data)
    return folder / made.file


#: What is left of earlier answers.
LEFT = """() => {
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


def told(page: Any, kind: str, *, right: bool) -> dict[str, Any]:
    """Answers the first question of a kind by mouse; gives what it says."""
    form = _form(page, kind)
    fill(form, kind, _right(form) if right else _wrong(form, kind))
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


def fill(form: Any, kind: str, answer: str | list[str]) -> None:
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


def unreadable(page: Any, kind: str) -> str:
    """Gives no answer, or for numbers one that is none; what the page says, if it marked nothing."""
    form = _form(page, kind)
    if kind in ("number", "line"):
        fill(form, kind, "about three")
    form.get_by_role("button").click()
    assert form.locator(".whys:visible, .why:visible").count() == 0
    assert page.locator("#score").inner_text() == ""
    return str(form.locator(".result").inner_text())


def barriers(page: Any) -> list[str]:
    """What axe finds serious or critical."""
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped,unused-ignore]

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in ("serious", "critical")
    ]


def leave_the_focus(page: Any) -> None:
    """Nothing has the focus, as on a page that was just opened."""
    page.evaluate("document.activeElement.blur()")


def answered_by_keys(page: Any, kind: str) -> str:
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
