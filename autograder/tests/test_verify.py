"""The proofs of an assignment's checks: green where they hold, and red for every way in which they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import Assignment
from autograder.misconceptions import Variant
from autograder.model import CheckResult, Verdict
from autograder.tests.chain import make_chain
from autograder.tests.tiny import make_tiny
from autograder.verify import Proof, _should_fail, _should_pass, _uncaught, verify


def results(**verdicts: Verdict) -> tuple[CheckResult, ...]:
    return tuple(CheckResult(name, name, verdict) for name, verdict in verdicts.items())


def variant(must_fail: set[str], may_fail: set[str] = set(), text: str = "Why.") -> Variant:  # noqa: B006
    return Variant("slug", "softmax", text, "", frozenset(must_fail), frozenset(may_fail))


FAILED, PASSED, ERROR = Verdict.FAILED, Verdict.PASSED, Verdict.ERROR


@pytest.mark.parametrize(
    ("wrong", "found", "fault"),
    [
        (variant({"a"}), results(a=FAILED, b=PASSED), None),
        (variant({"a"}), results(a=Verdict.TIMEOUT, b=Verdict.SKIPPED), None),
        (variant({"a"}, {"b"}), results(a=FAILED, b=FAILED), None),
        (variant({"a"}, {"b"}), results(a=FAILED, b=PASSED), None),
        (variant({"a"}), results(a=PASSED, b=PASSED), "does not fail a"),
        (variant({"a"}), results(a=Verdict.SKIPPED), "does not fail a"),
        (variant({"a"}), results(a=Verdict.PENDING), "does not fail a"),
        (variant({"a"}), results(b=PASSED), "does not fail a"),
        (variant({"a"}), (), "does not fail a"),
        (variant({"a"}), results(a=FAILED, b=FAILED), "fails b, which it does not declare"),
        (variant({"a"}), results(a=ERROR), "ended as error"),
        (variant(set(), {"a"}), results(a=FAILED), "declares no check"),
        (variant({"a"}, text=""), results(a=FAILED), "no explanation"),
    ],
)
def test_a_misconception_does_as_it_declares(wrong: Variant, found: tuple[CheckResult, ...], fault: str | None) -> None:
    faults = _should_fail(wrong, found).faults
    assert faults == () if fault is None else any(fault in text for text in faults)


@pytest.mark.parametrize(
    ("found", "fine"),
    [
        (results(a=PASSED, b=Verdict.SKIPPED, c=Verdict.PENDING), True),
        (results(a=PASSED, b=FAILED), False),
        (results(a=Verdict.TIMEOUT), False),
        (results(a=Verdict.CRASHED), False),
        (results(a=ERROR), False),
        ((), False),
    ],
)
def test_a_right_solution_passes_everything(found: tuple[CheckResult, ...], fine: bool) -> None:
    assert (_should_pass("alternative", "softmax", "loop", found).faults == ()) is fine


def test_every_check_is_failed_by_some_misconception() -> None:
    proofs = list(_uncaught("softmax", list(results(a=PASSED, b=PASSED)), {"a"}))
    assert [(proof.subject, bool(proof.faults)) for proof in proofs] == [("a", False), ("b", True)]


@pytest.mark.slow
def test_the_chain_course_is_proved(chain: Assignment) -> None:
    told: list[Proof] = []
    proofs = verify(chain, told.append)
    assert [proof for proof in proofs if proof.faults] == []
    assert told == proofs
    named = {proof.subject: proof.recognised for proof in proofs if proof.kind == "misconception"}
    assert named == {"in_place": True, "last_dim": True, "no_maximum": True, "sum": True}
    kinds = [proof.kind for proof in proofs]
    assert [kinds.count(kind) for kind in ("reference", "alternative", "misconception", "check")] == [2, 3, 4, 4]


HARMLESS = '''"""Nothing is wrong."""
exercise = "softmax"
must_fail = ["test_values"]
def softmax(x, dim=-1): return x.softmax(dim)
'''
TOO_MUCH = HARMLESS.replace("x.softmax(dim)", "x * torch.nan")
ASTRAY = HARMLESS.replace('"softmax"', '"sofmax"')
WRONG = HARMLESS.replace("x.softmax(dim)", "x.softmax(-1)")


@pytest.mark.slow
def test_every_broken_promise_is_found(tmp_path: Path) -> None:
    broken = make_chain(tmp_path)
    wrong, right = broken.folder / "misconceptions", broken.folder / "alternatives"
    (wrong / "harmless.py").write_text(HARMLESS)
    (wrong / "too_much.py").write_text(TOO_MUCH)
    (wrong / "astray.py").write_text(ASTRAY)
    (wrong / "in_place.py").unlink()
    (right / "not_so_right.py").write_text(WRONG)
    faulty = {(proof.kind, proof.exercise, proof.subject) for proof in verify(broken) if proof.faults}
    assert faulty == {
        ("misconception", "softmax", "harmless"),
        ("misconception", "softmax", "too_much"),
        ("misconception", "sofmax", "astray"),
        ("check", "softmax", "test_unchanged"),
        ("alternative", "softmax", "not_so_right"),
    }


@pytest.mark.slow
def test_what_needs_a_gpu_is_proved_on_a_make_believe_one(tmp_path: Path) -> None:
    proofs = [proof for proof in verify(make_tiny(tmp_path)) if proof.exercise == "on-gpu"]
    assert [(proof.kind, proof.subject, proof.failed) for proof in proofs] == [
        ("reference", "reference", ()),
        ("misconception", "left_behind", ("test_values",)),
        ("check", "test_values", ()),
    ]
    assert [proof.faults for proof in proofs] == [(), (), ()]
