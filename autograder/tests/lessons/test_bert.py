"""What the lesson `bert` says of Hugging Face's BERT is so, and a checkpoint in a folder loads into the student's code.

Nothing is fetched: models and vocabularies are made on the spot.
"""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.assignments.bert import oracle
from autograder.course import Course
from autograder.misconceptions import code_until, reference_notebook
from autograder.tests.lessons.run import ROOT

LESSON = Course(ROOT).assignment("bert")


def source_of(lesson: str, cell_id: str) -> str:
    """The source of a cell of a lesson's instructor notebook."""
    notebook = reference_notebook(Course(ROOT).assignment(lesson))
    return next(str(cell.source) for cell in notebook.cells if cell.id == cell_id)


@pytest.fixture(scope="module")
def defined() -> dict[str, Any]:
    """All that the instructor notebook defines, without its training; nothing is to be fetched."""
    names: dict[str, Any] = {"where": None, "offline": True}
    exec(code_until(reference_notebook(LESSON), "fine-tune", {}), names)
    exec(source_of("bert", "published"), names)
    return names


def test_the_carried_attention_is_that_of_the_transformer() -> None:
    carried = source_of("bert", "bert-parts")
    start = carried.index("class MultiHeadAttention")
    ours = carried[start : carried.index("def initialise")].strip()
    assert ours in source_of("transformer", "attention-parts")


def test_every_word_is_cut_and_put_together_again(defined: dict[str, Any]) -> None:
    words = defined["WORD_FORMS"]
    assert defined["decode"](defined["encode"](words)) == " ".join(words)
    assert defined["PIECES"][:5] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    assert len(set(defined["PIECES"])) == defined["V"]
    assert all(f"{piece[2:]}" in defined["ENDINGS"] for piece in defined["PIECES"] if piece.startswith("##"))


def test_what_the_best_guesser_weighs_are_shares(defined: dict[str, Any]) -> None:
    row = defined["encode"](["the", "cat", "sleeps", "."])
    shares = defined["chances"](row, 1)
    assert math.isclose(sum(shares.values()), 1.0)
    assert row[1] in shares
    assert set(defined["chances"](row, 3)) == {row[3]}  # "sleep" alone agrees with nobody: the ending is certain


@pytest.fixture(scope="module")
def library() -> Any:
    """`transformers`, quiet."""
    transformers = pytest.importorskip("transformers", reason="transformers is not installed: this is not tested")
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return transformers


@pytest.fixture(scope="module")
def small(library: Any) -> Any:
    """A small BertForMaskedLM with random weights."""
    torch.manual_seed(0)
    config = library.BertConfig(
        vocab_size=40, hidden_size=12, num_hidden_layers=3, num_attention_heads=3, intermediate_size=20,
        max_position_embeddings=16,
    )  # fmt: skip
    model = library.BertForMaskedLM(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape))
    return model


@pytest.mark.slow
def test_the_names_are_those_of_transformers(small: Any, defined: dict[str, Any]) -> None:
    ours = oracle.OUTSIDE | {k: v for number in range(3) for k, v in oracle.names_in_layer(number).items()}
    theirs = {name for name in small.state_dict() if not name.startswith("cls.predictions.decoder")}  # that one is tied
    assert set(ours.values()) == theirs
    assert {name: defined["transformers_name"](name) for name in ours} == ours


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [oracle.Sizes(30, 8, 2, 2, 12, 9), oracle.Sizes(31, 12, 3, 4, 7, 10, 3)])
def test_the_count_is_that_of_transformers(library: Any, defined: dict[str, Any], sizes: oracle.Sizes) -> None:
    config = defined["Config"](*vars(sizes).values())
    with torch.device("meta"):
        model = library.BertModel(defined["same_config"](config))
    assert sum(p.numel() for p in model.parameters()) == oracle.count_parameters(sizes)


def test_the_published_sizes_are_those_of_the_lesson() -> None:
    assert oracle.count_parameters(oracle.Sizes(30522, 768, 12, 12, 3072, 512)) == 109_482_240
    assert oracle.count_parameters(oracle.Sizes(30522, 1024, 24, 16, 4096, 512)) == 335_141_888


PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cat", "un", "unw", "##ash", "##s", "sleep", "the", "."]


@pytest.fixture(scope="module")
def checkpoint(library: Any, small: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small model, saved to a folder with a vocabulary, as those that are published are."""
    folder = tmp_path_factory.mktemp("checkpoint")
    vocabulary = PIECES + [f"unused{i}" for i in range(40 - len(PIECES))]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    library.BertTokenizer(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    small.save_pretrained(folder)
    return folder


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_checkpoint_in_a_folder_loads_into_the_lessons_own_bert(
    checkpoint: Path, small: Any, defined: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    model, config, vocabulary = defined["published"](str(checkpoint))
    assert (config.d_model, config.num_layers, vocabulary["cat"]) == (12, 3, 5)
    ids, segments = torch.randint(5, 40, (2, 7)), torch.randint(0, 2, (2, 7))
    mask = torch.tensor([[True] * 7, [True] * 4 + [False] * 3])
    with torch.no_grad():
        ours = model(ids, segments, mask)
        theirs = small(input_ids=ids, token_type_ids=segments, attention_mask=mask.long()).logits
    torch.testing.assert_close(ours[mask], theirs[mask], atol=1e-4, rtol=1e-4)
    best = defined["fill_published"](model, vocabulary, "the [MASK] unwash .")
    assert len(best) == 5
    assert all(isinstance(piece, str) and 0 < share < 1 for piece, share in best)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_wordpiece_is_that_of_the_tokenizer(checkpoint: Path, library: Any, defined: dict[str, Any]) -> None:
    tokenizer, rng = library.BertTokenizer.from_pretrained(str(checkpoint)), random.Random(0)
    words = [
        "".join(rng.choices(["un", "w", "ash", "s", "cat", "sleep", "e"], k=rng.randint(1, 4))) for _ in range(200)
    ]
    for word in ["unwash", "cats", "unwatch", *words]:
        assert oracle.wordpiece(word, tokenizer.get_vocab()) == tokenizer.tokenize(word)
        assert defined["wordpiece"](word, tokenizer.get_vocab()) == tokenizer.tokenize(word)
