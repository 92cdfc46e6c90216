"""What the lesson `transformer` carries over from earlier ones is right, and a corpus loads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
import torch
from torch import Tensor

from autograder.tests.lessons.run import ROOT

MASKS = {
    "none": None,
    "causal": torch.ones(5, 5).tril().bool(),
    "a sentence each": torch.tensor([True, True, False, True, False]).expand(3, 1, 5),
    "nothing to see": torch.zeros(3, 5, 5).bool().index_fill(1, torch.tensor([0, 2]), True),
}


def defined_by(lesson: str, *cells: str) -> dict[str, Any]:
    """What these cells of a lesson's instructor notebook define."""
    notebook = nbformat.read(ROOT / "source" / lesson / f"{lesson}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    defined: dict[str, Any] = {"PAD": 0, "BOS": 1, "EOS": 2}
    exec("import math, torch, torch.nn as nn, torch.nn.functional as F", defined)
    for cell in notebook.cells:
        if cell.id in cells:
            exec(cell.source, defined)
    return defined


@pytest.fixture(scope="module")
def carried() -> dict[str, Any]:
    return defined_by("transformer", "attention-parts")


@pytest.fixture(scope="module")
def taught() -> dict[str, Any]:
    exercises = ("softmax", "scaled-dot-product-attention", "masks", "heads", "multi-head-attention")
    return defined_by("attention", *(f"{exercise}-code" for exercise in exercises))


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_the_carried_attention_is_that_of_the_lesson(
    carried: dict[str, Any], taught: dict[str, Any], mask: Tensor | None
) -> None:
    torch.manual_seed(0)
    ours, theirs = (parts["MultiHeadAttention"](8, 2).double() for parts in (carried, taught))
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(3, 5, 8).double()
    for actual, expected in zip(ours(x, x, x, mask), theirs(x, x, x, mask), strict=True):
        torch.testing.assert_close(actual, expected)
    for module in (ours, theirs):
        module(x, x, x, mask)[0].square().sum().backward()
    for actual, expected in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(actual.grad, expected.grad)


def test_the_carried_attention_looks_from_one_text_at_another(carried: dict[str, Any], taught: dict[str, Any]) -> None:
    torch.manual_seed(0)
    ours, theirs = (parts["MultiHeadAttention"](8, 4) for parts in (carried, taught))
    ours.load_state_dict(theirs.state_dict())
    query, memory = torch.randn(3, 4, 8), torch.randn(3, 6, 8)
    mask = carried["padding_mask"](torch.tensor([6, 2, 3]), 6)
    for actual, expected in zip(ours(query, memory, memory, mask), theirs(query, memory, memory, mask), strict=True):
        torch.testing.assert_close(actual, expected)


def test_the_carried_masks_are_those_of_the_lesson(carried: dict[str, Any], taught: dict[str, Any]) -> None:
    questions: list[Callable[[dict[str, Any]], Any]] = [
        lambda parts: parts["padding_mask"](torch.tensor([0, 3, 5]), 5),
        lambda parts: parts["causal_mask"](4),
        lambda parts: parts["combine_masks"](torch.ones(3, 1, 4) > 0, None, parts["causal_mask"](4)),
    ]
    for question in questions:
        assert torch.equal(question(carried), question(taught))
    assert carried["combine_masks"](None) is None


ROWS = [
    {"id": "1", "translation": {"en": "Chapter One", "nl": "Hoofdstuk Een"}},
    {"id": "2", "translation": {"en": "", "nl": "leeg"}},
    {"id": "3", "translation": {"en": "He came , saw and went .", "nl": "Hij kwam , zag en ging ."}},
    {"id": "4", "translation": {"en": " ".join(["long"] * 13), "nl": "kort"}},
    {"id": "5", "translation": {"en": "She slept .", "nl": "Zij sliep ."}},
]
PAIRS = [
    (["hoofdstuk", "een"], ["chapter", "one"]),
    (["hij", "kwam", ",", "zag", "en", "ging", "."], ["he", "came", ",", "saw", "and", "went", "."]),
    (["zij", "sliep", "."], ["she", "slept", "."]),
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A small file in the format of the corpus: a row per line."""
    path = tmp_path / "books.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def test_a_corpus_becomes_pairs(corpus: Path) -> None:
    corpus_pairs = defined_by("transformer", "corpus")["corpus_pairs"]
    rows = [json.loads(line) for line in corpus.read_text().splitlines()]
    assert corpus_pairs(rows) == PAIRS
    assert corpus_pairs(iter(rows), most=2) == PAIRS[:2]
    assert corpus_pairs(rows, longest=3) == [PAIRS[0], PAIRS[2]]


def test_a_corpus_that_datasets_loads_becomes_pairs(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets", reason="the package datasets is not installed: this path is not tested")
    cache = str(corpus.parent / "cache")
    rows = datasets.load_dataset("json", data_files=str(corpus), split="train", cache_dir=cache)
    assert defined_by("transformer", "corpus")["corpus_pairs"](rows) == PAIRS
