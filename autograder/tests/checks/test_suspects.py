"""The line-up: a misconception is named when it alone gave the student's answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.checks.job import Suspect
from autograder.model import Verdict
from autograder.tests.checks.jobs import VALUES, Bench

TRIPLE = "import torch\ndef double(x):\n    return 3 * x"
ADD = "import torch\ndef double(x):\n    return x + 2"
RAISES = "import torch\ndef double(x):\n    raise TypeError('words')"
CHANGES = "import torch\ndef double(x):\n    x *= 2\n    return x"
TWO_CALLS = '''
def test_twice(self, student, draw):
    """Two calls"""
    x = draw.normal(3)
    student.call("double", x)
    close(student.call("double", -x), -2 * x, "twice the input")
'''


def suspect(slug: str, source: str, *checks: str) -> Suspect:
    return Suspect(slug, f"About {slug}.", frozenset(checks or ("test_values", "test_twice")), source)


def named(bench: Bench, student: str, *suspects: Suspect, check: str = VALUES) -> str | None:
    result = bench.one(check, student, suspects=suspects)
    assert result.verdict is Verdict.FAILED
    assert bool(result.explanation) == bool(result.misconception)
    return result.misconception


def test_the_one_that_matches_is_named(bench: Bench) -> None:
    student = "def double(x):\n    return x + x + x"
    result = bench.one(VALUES, student, suspects=(suspect("triple", TRIPLE), suspect("add", ADD)))
    assert (result.misconception, result.explanation) == ("triple", "About triple.")


def test_where_two_match_nothing_is_said(bench: Bench) -> None:
    assert named(bench, TRIPLE, suspect("triple", TRIPLE), suspect("again", TRIPLE + " + 0")) is None


def test_where_none_matches_nothing_is_said(bench: Bench) -> None:
    assert named(bench, "def double(x):\n    return x * 2.5", suspect("triple", TRIPLE), suspect("add", ADD)) is None
    assert named(bench, "def double(x):\n    return 3 * x.double()", suspect("triple", TRIPLE)) is None
    assert named(bench, "def double(x):\n    return (3 * x,)", suspect("triple", TRIPLE)) is None


def test_one_that_does_not_declare_this_check_is_no_suspect(bench: Bench) -> None:
    assert named(bench, TRIPLE, suspect("triple", TRIPLE, "test_other")) is None


def test_one_that_passes_the_check_explains_no_failure(bench: Bench) -> None:
    assert named(bench, TRIPLE, suspect("right", CHANGES)) is None


def test_exceptions_match_by_their_kind_and_their_words(bench: Bench) -> None:
    raising = "def double(x):\n    y = x\n    raise TypeError('words')"
    assert named(bench, raising, suspect("raises", RAISES)) == "raises"
    assert named(bench, raising.replace("Type", "Value"), suspect("raises", RAISES)) is None
    assert named(bench, raising.replace("words", "other words"), suspect("raises", RAISES)) is None


def test_twins_may_share_an_explanation(bench: Bench) -> None:
    one, other = suspect("triple", TRIPLE), replace(suspect("again", TRIPLE + " + 0"), explanation="About triple.")
    assert named(bench, TRIPLE, one, other) == "triple"


def test_every_answer_counts_not_only_the_last(bench: Bench) -> None:
    half = "def double(x):\n    return 3 * x if seen else seen.append(1) or x\nseen = []"
    assert named(bench, half, suspect("triple", TRIPLE), check=TWO_CALLS) is None
    assert named(bench, TRIPLE, suspect("triple", TRIPLE), check=TWO_CALLS) == "triple"


def test_a_suspect_that_cannot_be_run_leaves_every_verdict_in_place(bench: Bench) -> None:
    broken = suspect("broken", "%matplotlib inline")
    assert named(bench, TRIPLE, broken, suspect("triple", TRIPLE)) == "triple"


@pytest.mark.parametrize("verdict", [Verdict.TIMEOUT, Verdict.CRASHED])
def test_only_failures_are_looked_at(bench: Bench, verdict: Verdict) -> None:
    student = {Verdict.TIMEOUT: "def double(x):\n    while True: pass", Verdict.CRASHED: "def double(x):\n    exit_()"}
    source = student[verdict].replace("exit_()", "import os; os._exit(1)")
    result = bench.one(VALUES, source, suspects=(suspect("triple", TRIPLE),))
    assert (result.verdict, result.misconception) == (verdict, None)
