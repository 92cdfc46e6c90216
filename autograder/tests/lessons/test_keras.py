"""What the lesson `keras` gives its students is right: helpers that name weights, and a PyTorch model to port."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec

import nbformat
import pytest
import torch

from autograder.assignments.keras import oracle
from autograder.sandbox.environment import environment
from autograder.tests.lessons.run import ROOT

SIZES = {"num_tokens": 9, "longest": 7, "d_model": 6, "num_heads": 2, "d_ff": 5, "num_layers": 2, "num_classes": 3}
NEEDS_KERAS = pytest.mark.skipif(not find_spec("keras"), reason="Keras is not installed: its helpers are not tested")


def source_of(*cells: str) -> str:
    """These cells of the instructor notebook, one below the other."""
    notebook = nbformat.read(ROOT / "source" / "keras" / "keras.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    sources = {cell.id: cell.source for cell in notebook.cells}
    return "\n\n".join(sources[cell] for cell in cells)


def printed_by(code: str) -> str:
    """What code prints in a process of its own, with Keras as it is in a kernel (never in this one)."""
    variables = environment("/nowhere", "/tmp") | {"PATH": os.environ["PATH"]}
    run = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_model_to_port_is_what_the_checks_hold_it_for() -> None:
    """TorchClassifier, with weights as the checks load them, computes what the oracle computes from the same."""
    defined: dict[str, object] = {}
    exec("import torch, torch.nn as nn\nPAD = 0\n" + source_of("torch-model"), defined)
    torch.manual_seed(0)
    weights = {name: torch.randn(shape) for name, shape in oracle.classifier_shapes(SIZES).items()}
    model = defined["TorchClassifier"](**SIZES)  # type: ignore[operator]
    model.load_state_dict(oracle.torch_state(weights))
    ids = torch.tensor([[5, 2, 8, 1, 3], [4, 7, 0, 0, 0]])
    expected = oracle.classifier(weights, SIZES, ids, epsilon=1e-5)
    torch.testing.assert_close(model(ids).detach(), expected, rtol=1e-4, atol=1e-4)
    assert model.sizes == SIZES


def test_an_attention_is_taken_apart_and_put_together_again() -> None:
    torch.manual_seed(0)
    attention = torch.nn.MultiheadAttention(6, 3)
    torch.nn.init.normal_(attention.in_proj_bias)
    found = oracle.attention_weights(attention.state_dict(), 3)
    block = {name: torch.zeros(shape) for name, shape in oracle.block_shapes(6, 3, 5).items()}
    again = oracle._for_torch(block | {f"attention.{name}": value for name, value in found.items()})
    for name, value in attention.state_dict().items():
        assert torch.equal(again[f"self_attn.{name}"], value), name


@pytest.mark.slow
@NEEDS_KERAS
def test_the_helpers_name_every_weight_and_refuse_what_does_not_fit() -> None:
    code = f"""
PAD = 0
{source_of("setup", "helpers", "token-and-position-embedding-code", "transformer-block-code", "classifier-code")}
model = Classifier(**{SIZES!r})
assert weights_of(model) == {{}}
model(np.ones((1, 2), dtype="int32"))
assert len(weights_of(model)) == len(model.variables)
print({{name: value.shape for name, value in weights_of(model).items()}})
for wrong, kind in (({{"norm.gamma": np.ones(7)}}, ValueError), ({{"norm.weight": np.ones(6)}}, KeyError)):
    try:
        set_weights(model, wrong)
    except kind as error:
        print(str(error)[:30])
set_weights(model.norm, {{"gamma": torch.full((6,), 2.0, requires_grad=True)}})
assert (weights_of(model)["norm.gamma"] == 2).all()
"""
    first, *errors = printed_by(code).splitlines()
    assert first == repr(dict(sorted_like(first)))
    assert len(errors) == 2


def sorted_like(printed: str) -> list[tuple[str, tuple[int, ...]]]:
    """The oracle's names and shapes, in the order in which they were printed."""
    shapes = oracle.classifier_shapes(SIZES)
    return sorted(shapes.items(), key=lambda item: printed.index(f"'{item[0]}'"))


@pytest.mark.slow
@NEEDS_KERAS
def test_nothing_of_a_riddle_is_lost_in_its_row() -> None:
    code = source_of("setup", "little-language", "riddles") + (
        "\n\ntexts_, classes = riddles(20, seed=3)\nids = encode(texts_)\n"
        "assert ids.shape == (20, COLUMNS) and set(classes) == {0, 1}\n"
        "back = {i: word for word, i in NUMBER.items()}\n"
        "assert [[back[i] for i in row if i != PAD] for row in ids] == texts_\n"
    )
    printed_by(code)
