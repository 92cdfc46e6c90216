"""The data that lessons make themselves is what num2words and babel would say, and the same in all of them."""

from __future__ import annotations

import datetime
import math
import random
import re
from collections import defaultdict
from typing import Any

import nbformat
import pytest
from babel.dates import format_date
from num2words import num2words  # type: ignore[import-untyped]

from autograder.course import Course
from autograder.tests.lessons.run import ROOT

SHARED = ("numbers", "dates", "splits", "vocabulary", "little-language")


def cells(name: str) -> dict[str, str]:
    """The sources of all lessons' cells of that id, by lesson."""
    lessons = Course(ROOT).lessons
    notebooks = {one.name: nbformat.read(one.source, as_version=4) for one in lessons}  # type: ignore[no-untyped-call]
    return {
        lesson: cell.source
        for lesson, notebook in notebooks.items()
        for cell in notebook.cells
        if (cell.id, cell.cell_type) == (name, "code")
    }


def namespace(name: str) -> dict[str, Any]:
    """What the cell of that id defines."""
    import torch

    defined: dict[str, Any] = {"torch": torch, "math": math, "random": random}
    exec(next(iter(cells(name).values())), defined)
    return defined


@pytest.mark.parametrize("name", SHARED)
def test_lessons_share_the_cells_word_for_word(name: str) -> None:
    by_text = defaultdict(list)
    for lesson, source in cells(name).items():
        by_text[source].append(lesson)
    assert len(by_text) == 1, f"`{name}` differs between {list(by_text.values())}"


def numbers() -> list[int]:
    return [*range(2100), 10_000, 21_000, 100_000, 100_005, 999_999, *random.Random(0).sample(range(10**6), 2000)]


def test_dutch_numbers_are_those_of_num2words() -> None:
    """It writes *één* with accents, which are optional here."""
    dutch = namespace("numbers")["dutch"]
    words = {n: num2words(n, lang="nl").replace("één", "een") for n in numbers()}
    assert {n: dutch(n) for n in words} == words


def test_english_numbers_are_those_of_num2words() -> None:
    english = namespace("numbers")["english"]
    words = {n: re.split(r"[\s,-]+", num2words(n, lang="en")) for n in numbers()}
    assert {n: english(n) for n in words} == words


def test_dutch_dates_are_those_of_babel() -> None:
    days = range(0, 30_000, 13)
    dates = [datetime.date(1950, 1, 1) + datetime.timedelta(days=day) for day in days]
    pairs = [(format_date(date, "d MMMM y", locale="nl"), date.isoformat()) for date in dates]
    assert [("".join(nl), "".join(iso)) for nl, iso in namespace("dates")["date_pairs"](days)] == pairs


def test_a_held_out_combination_is_never_seen_but_its_parts_are() -> None:
    learnt, held_out = namespace("splits")["split_by_combination"](list(range(1000)))
    assert sorted(learnt + held_out) == list(range(1000))
    seen = {n % 100 for n in learnt}
    assert seen.isdisjoint(n % 100 for n in held_out)
    assert {n // 10 for n in seen} == {n % 10 for n in seen} == set(range(10))


def test_a_split_at_random_is_the_same_each_time() -> None:
    split = namespace("splits")["split_at_random"]
    learnt, held_out = split(list(range(1000)))
    assert (len(learnt), len(held_out), sorted(learnt + held_out)) == (800, 200, list(range(1000)))
    assert split(list(range(1000))) == (learnt, held_out)
