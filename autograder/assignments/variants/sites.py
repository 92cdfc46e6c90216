"""How each method of the suspect is looked at: by values, and without the other methods where possible."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.assignments.variants import sparse
from autograder.checks import Draw, Remote, Student, close, fail, same, shaped

#: Methods go by number, so that feedback names a symptom and not a place.
_METHODS = ("positions", "mask", "heads", "merge", "attention", "drop", "logits", "loss", "look", "feed", "block")
_WORDS = "what a model without this bug gives"
PROBES = f"""
import torch as _torch

_METHODS = {_METHODS!r}


def _model(*sizes):
    return mended()(*sizes)


def _ask(model, number, *args):
    return getattr(model, _METHODS[number])(*args)


def _ask_layer(model, number, *args):
    return getattr(model, _METHODS[number])(model.layers[0], *args)


def _norm(model, which, x):
    return model.normalise((model.layers[0].norm_look, model.layers[0].norm_feed, model.norm_last)[which], x)


def _slope_of_words(model, x, upstream):
    (model.logits(x) * upstream).sum().backward()
    return model.words.weight.grad


def _parameters(model):
    return sum(each.numel() for each in model.parameters())
"""


def _build(student: Student, draw: Draw, *, layers: int = 1, rate: float = 0.0) -> tuple[Remote, tuple[int, int, int]]:
    """The student's model in evaluation, with drawn weights; vocabulary, features and heads."""
    heads, d_head = draw.sizes(2, low=2, high=5)
    vocabulary, d = draw.choice([23, 29, 31]), heads * d_head
    model = student.create("_model", vocabulary, d, heads, layers, 19, rate)
    state = {name: draw.normal(*tensor.shape, scale=0.5) for name, tensor in model.state().items()}
    model.load(state)
    model.eval()
    return model, (vocabulary, d, heads)


def _ask(student: Student, model: Remote, name: str, *args: object) -> Tensor:
    found: Tensor = student.call("_ask", model, _METHODS.index(name), *args)
    return found


def _ask_layer(student: Student, model: Remote, name: str, *args: object) -> Tensor:
    found: Tensor = student.call("_ask_layer", model, _METHODS.index(name), *args)
    return found


def _tokens(draw: Draw, B: int, T: int, vocabulary: int) -> Tensor:
    """(B, T): texts of different lengths, pads (0) on their left; the first has none."""
    lengths = torch.tensor([T, *draw.integers(2, T, (B - 1,)).tolist()])
    pads = torch.arange(T) < (T - lengths)[:, None]
    return draw.integers(1, vocabulary, (B, T)).masked_fill(pads, 0)


def _seen(tokens: Tensor) -> Tensor:
    """(B, 1, T, T): what a token may look at."""
    T = tokens.shape[1]
    return torch.ones(T, T, dtype=torch.bool).tril() & (tokens != 0)[:, None, None]


def _make_layers(student: Student, draw: Draw) -> None:
    heads, d_head, layers = draw.sizes(3, low=2, high=5)
    model = student.create("_model", 23, heads * d_head, heads, layers, 19, 0.0)
    first = sum(tensor.numel() for name, tensor in model.state().items() if name.startswith("layers.0."))
    outside = sum(tensor.numel() for name, tensor in model.state().items() if not name.startswith("layers."))
    if student.call("_parameters", model) != outside + layers * first:
        fail(
            f"A model of {layers} layers has another number of parameters",
            f"{layers} times those of a layer, and the rest",
        )


def _positions(student: Student, draw: Draw) -> None:
    model, (vocabulary, _, _) = _build(student, draw)
    tokens = _tokens(draw, 4, draw.choice([7, 9]), vocabulary)
    same(_ask(student, model, "positions", tokens), ((tokens != 0).cumsum(1) - 1).clamp(min=0), _WORDS)


def _mask(student: Student, draw: Draw) -> None:
    model, (vocabulary, _, _) = _build(student, draw)
    tokens = _tokens(draw, 4, draw.choice([7, 9]), vocabulary)
    same(_ask(student, model, "mask", tokens), _seen(tokens), _WORDS)


def _normalise(student: Student, draw: Draw) -> None:
    model, (_, d, _) = _build(student, draw)
    gain, shift = draw.normal(d), draw.normal(d)
    model.load({"norm_last.weight": gain, "norm_last.bias": shift})
    x = draw.normal(3, 4, d, scale=2.0) + 1
    close(student.call("_norm", model, 2, x), F.layer_norm(x, (d,), gain, shift), _WORDS)


def _heads(student: Student, draw: Draw) -> None:
    model, (_, d, heads) = _build(student, draw)
    x = draw.normal(3, 7, d)
    close(_ask(student, model, "heads", x), x.view(3, 7, heads, d // heads).transpose(1, 2), _WORDS)


def _merge(student: Student, draw: Draw) -> None:
    model, (_, d, heads) = _build(student, draw)
    x = draw.normal(3, heads, 7, d // heads)
    close(_ask(student, model, "merge", x), x.transpose(1, 2).flatten(2), _WORDS)


def _attention(student: Student, draw: Draw) -> None:
    model, (vocabulary, d, heads) = _build(student, draw)
    query, key, value = draw.normal(3, 4, heads, 7, d // heads)
    seen = _seen(_tokens(draw, 4, 7, vocabulary))
    found = shaped(_ask(student, model, "attention", query, key, value, seen), value.shape, _WORDS, value.dtype)
    if not found.isfinite().all():
        fail(
            "NaN or an infinity came back for pads, which see nothing",
            "any numbers there; NaN would spread to all words",
        )
    some = seen.any(-1).expand(-1, heads, -1)  # a pad before the text sees nothing: what it gets is nobody's business
    close(found[some], sparse.attention(query, key, value, seen)[some], _WORDS)


def _look(student: Student, draw: Draw) -> None:
    model, (vocabulary, d, _) = _build(student, draw)
    state, x = model.state(), draw.normal(3, 7, d)
    seen = _seen(_tokens(draw, 3, 7, vocabulary)) | torch.eye(7).bool()

    def through(name: str, x: Tensor) -> Tensor:
        return F.linear(x, state[f"layers.0.{name}.weight"], state[f"layers.0.{name}.bias"])

    parts = [_ask(student, model, "heads", through(name, x)) for name in ("W_q", "W_k", "W_v")]
    merged = _ask(student, model, "merge", _ask(student, model, "attention", *parts, seen))
    close(_ask_layer(student, model, "look", x, seen), through("W_o", merged), _WORDS)


def _feed(student: Student, draw: Draw) -> None:
    model, (_, d, _) = _build(student, draw)
    state, x = model.state(), draw.normal(3, 7, d)
    inner = F.linear(x, state["layers.0.first.weight"], state["layers.0.first.bias"]).relu()
    expected = F.linear(inner, state["layers.0.second.weight"], state["layers.0.second.bias"])
    close(_ask_layer(student, model, "feed", x), expected, _WORDS)


def _block(student: Student, draw: Draw) -> None:
    model, (vocabulary, d, _) = _build(student, draw)
    x, seen = draw.normal(3, 7, d), _seen(_tokens(draw, 3, 7, vocabulary)) | torch.eye(7).bool()
    looked = x + _ask_layer(student, model, "look", student.call("_norm", model, 0, x), seen)
    expected = looked + _ask_layer(student, model, "feed", student.call("_norm", model, 1, looked))
    close(_ask_layer(student, model, "block", x, seen), expected, _WORDS)


def _drop(student: Student, draw: Draw) -> None:
    model, (_, d, _) = _build(student, draw, rate=0.4)
    x = draw.normal(8, 50, d).abs() + 1
    close(_ask(student, model, "drop", x), x, "numbers left as they are, after eval()")
    model.train()
    share = float((_ask(student, model, "drop", x) == 0).float().mean())
    if not 0.25 < share < 0.55:
        fail(f"In training, {share:.0%} of the numbers were dropped", "about as many as the rate says")


def _logits(student: Student, draw: Draw) -> None:
    model, (vocabulary, d, _) = _build(student, draw)
    x, upstream = draw.normal(3, 7, d), draw.normal(3, 7, vocabulary)
    close(_ask(student, model, "logits", x), x @ model.state()["words.weight"].T, _WORDS)
    slope = student.call("_slope_of_words", model, x, upstream)
    close(slope, torch.einsum("btv,btd->vd", upstream, x), "the gradient of a table that is tied")


def _loss(student: Student, draw: Draw) -> None:
    model, (vocabulary, _, _) = _build(student, draw)
    tokens = _tokens(draw, 4, draw.choice([7, 9]), vocabulary)
    scores = student.call(model, tokens[:, :-1].contiguous())
    wanted = tokens[:, 1:].masked_fill(tokens[:, :-1] == 0, 0)
    expected = F.cross_entropy(scores.transpose(1, 2), wanted, ignore_index=0)
    close(_ask(student, model, "loss", tokens), expected, _WORDS)


LOOK_AT: dict[str, Callable[[Student, Draw], None]] = {
    "make_layers": _make_layers,
    "positions": _positions,
    "mask": _mask,
    "normalise": _normalise,
    "heads": _heads,
    "merge": _merge,
    "attention": _attention,
    "look": _look,
    "feed": _feed,
    "block": _block,
    "drop": _drop,
    "logits": _logits,
    "loss": _loss,
}
