"""The demo as `make demo` runs it: marks that do not change, pages that are there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.demo import run_demo

#: What each student earns, and the misconceptions that the feedback names.
FULL = ("reference", "another-way", "built-ins", "endless-loop", "dead-kernel", "deleted-cell")
NAMED = {
    "no-scaling": "attention_no_scale",
    "overflow": "softmax_no_max_subtracted",
    "mask-inverted": "attention_mask_inverted",
    "two-mistakes": "masks_triangle_transposed",
}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_demo_grades_its_class(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    run_demo(Course.find(Path(__file__)), folder)
    reports = {path.stem.split("-", 2)[2]: json.loads(path.read_text()) for path in _reports(folder)}
    scores = {name: record["score"] for name, record in reports.items()}
    assert {name: scores[name] for name in FULL} == dict.fromkeys(FULL, 20.0)
    assert (scores["untouched"], scores["half-done"], scores["syntax-error"]) == (0.0, 8.0, 16.0)
    assert scores["forger"] <= 4.0
    for name, slug in NAMED.items():
        assert scores[name] < 20.0
        assert slug in json.dumps(reports[name])
    assert set(scores).isdisjoint({"empty-file", "broken-json"})
    assert len(list(folder.glob("feedback/*/attention/attention.html"))) == len(scores) == 14


def _reports(folder: Path) -> list[Path]:
    return sorted(folder.glob(".autograder/reports/attention/*.json"))
