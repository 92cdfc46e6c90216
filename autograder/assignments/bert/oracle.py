"""What is right: torch's own encoder layer (post-LN, GELU) with the weights of a student's, in double precision.

The names of weights are those that the notebook's `__init__`s give; `*_shapes` list them.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PAD, UNK, CLS, SEP, MASK = range(5)
IGNORED = -100
EPS = 1e-12
Shapes = dict[str, tuple[int, ...]]
Weights = Mapping[str, Tensor]
Pair = tuple[list[int], list[int] | None]


@dataclass(frozen=True)
class Sizes:
    """What describes a BERT; the notebook's `Config`, but for dropout."""

    vocab_size: int
    d_model: int
    num_layers: int
    num_heads: int
    d_ff: int
    max_length: int
    num_segments: int = 2


def wordpiece(word: str, vocabulary: Container[str]) -> list[str]:
    """Greedy, longest match first; one [UNK] for a word that cannot be cut so."""
    pieces: list[str] = []
    rest = word
    while rest:
        prefix = "##" if pieces else ""
        fits = [length for length in range(1, len(rest) + 1) if prefix + rest[:length] in vocabulary]
        if not fits:
            return ["[UNK]"]
        pieces.append(prefix + rest[: fits[-1]])
        rest = rest[fits[-1] :]
    return pieces


def build_inputs(pairs: Sequence[Pair]) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, segments and attention mask of a batch."""
    rows = [_row(a, b) for a, b in pairs]
    T = max(len(row) for row, _ in rows)
    ids = torch.tensor([row + [PAD] * (T - len(row)) for row, _ in rows])
    segments = torch.tensor([which + [0] * (T - len(which)) for _, which in rows])
    lengths = torch.tensor([len(row) for row, _ in rows])
    return ids, segments, torch.arange(T) < lengths[:, None]


def _row(a: list[int], b: list[int] | None) -> tuple[list[int], list[int]]:
    first = [CLS, *a, SEP]
    second = [] if b is None else [*b, SEP]
    return first + second, [0] * len(first) + [1] * len(second)


def layer_shapes(d: int, d_ff: int) -> Shapes:
    """The weights of a BertLayer."""
    shapes: Shapes = {f"attention.{W}.weight": (d, d) for W in ("W_q", "W_k", "W_v", "W_o")}
    shapes |= {f"attention.{W}.bias": (d,) for W in ("W_q", "W_k", "W_v", "W_o")}
    shapes |= {
        f"{norm}.{part}": (d,) for norm in ("attention_norm", "feed_forward_norm") for part in ("weight", "bias")
    }
    return shapes | {"W_1.weight": (d_ff, d), "W_1.bias": (d_ff,), "W_2.weight": (d, d_ff), "W_2.bias": (d,)}


def embeddings_shapes(sizes: Sizes) -> Shapes:
    """The weights of BertEmbeddings."""
    tables = {"words": sizes.vocab_size, "positions": sizes.max_length, "segments": sizes.num_segments}
    shapes: Shapes = {f"{name}.weight": (rows, sizes.d_model) for name, rows in tables.items()}
    return shapes | {"norm.weight": (sizes.d_model,), "norm.bias": (sizes.d_model,)}


def bert_shapes(sizes: Sizes) -> Shapes:
    """The weights of a Bert."""
    shapes = {f"embeddings.{name}": shape for name, shape in embeddings_shapes(sizes).items()}
    for i in range(sizes.num_layers):
        shapes |= {f"layers.{i}.{name}": shape for name, shape in layer_shapes(sizes.d_model, sizes.d_ff).items()}
    return shapes


def masked_lm_shapes(sizes: Sizes) -> Shapes:
    """The weights of a MaskedLM."""
    d, shapes = sizes.d_model, {f"bert.{name}": shape for name, shape in bert_shapes(sizes).items()}
    head: Shapes = {"dense.weight": (d, d), "dense.bias": (d,), "norm.weight": (d,), "norm.bias": (d,)}
    return shapes | head | {"bias": (sizes.vocab_size,)}


def classifier_shapes(sizes: Sizes, num_classes: int) -> Shapes:
    """The weights of a Classifier."""
    d, shapes = sizes.d_model, {f"bert.{name}": shape for name, shape in bert_shapes(sizes).items()}
    shapes |= {"pooler.weight": (d, d), "pooler.bias": (d,)}
    return shapes | {"output.weight": (num_classes, d), "output.bias": (num_classes,)}


def count_parameters(sizes: Sizes) -> int:
    """The weights of a Bert, counted one by one, and those of a pooler."""
    return sum(map(prod, bert_shapes(sizes).values())) + sizes.d_model * (sizes.d_model + 1)


def norm(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Layer norm by torch itself, with BERT's epsilon."""
    return F.layer_norm(x.double(), weight.shape, weight.double(), bias.double(), EPS).to(x.dtype)


def embeddings(weights: Weights, ids: Tensor, segments: Tensor | None = None) -> Tensor:
    """Word, place and segment, normed."""
    which = torch.zeros_like(ids) if segments is None else segments
    words, segment = weights["words.weight"][ids], weights["segments.weight"][which]
    total = words.double() + weights["positions.weight"][: ids.shape[1]].double() + segment.double()
    return norm(total, weights["norm.weight"], weights["norm.bias"]).to(words.dtype)


def layer(weights: Weights, heads: int, x: Tensor, mask: Tensor | None = None) -> Tensor:
    """What nn.TransformerEncoderLayer(norm_first=False, activation="gelu") computes with these weights."""
    (B, T, d), d_ff = x.shape, weights["W_1.bias"].shape[0]
    module = nn.TransformerEncoderLayer(
        d, heads, d_ff, 0.0, "gelu", layer_norm_eps=EPS, batch_first=True, dtype=torch.float64
    )
    module.load_state_dict(_for_torch(weights))
    hidden = None if mask is None else (~mask).expand(B, T, T).repeat_interleave(heads, dim=0)
    return module(x.double(), src_mask=hidden).detach().to(x.dtype)  # type: ignore[no-any-return]


def bert(
    weights: Weights, heads: int, ids: Tensor, segments: Tensor | None = None, attention_mask: Tensor | None = None
) -> Tensor:
    """The hidden states."""
    x = embeddings(within(weights, "embeddings."), ids, segments)
    mask = None if attention_mask is None else attention_mask[:, None]
    for i in range(len({name.split(".")[1] for name in weights if name.startswith("layers.")})):
        x = layer(within(weights, f"layers.{i}."), heads, x, mask)
    return x


def masked_lm(weights: Weights, heads: int, ids: Tensor, segments: Tensor, attention_mask: Tensor) -> Tensor:
    """The logits of a MaskedLM."""
    hidden = bert(within(weights, "bert."), heads, ids, segments, attention_mask)
    x = F.gelu(F.linear(hidden, weights["dense.weight"], weights["dense.bias"]))
    x = norm(x, weights["norm.weight"], weights["norm.bias"])
    return x @ weights["bert.embeddings.words.weight"].T + weights["bias"]


def classifier(weights: Weights, heads: int, ids: Tensor, segments: Tensor, attention_mask: Tensor) -> Tensor:
    """The scores of a Classifier."""
    first = bert(within(weights, "bert."), heads, ids, segments, attention_mask)[:, 0]
    pooled = torch.tanh(F.linear(first, weights["pooler.weight"], weights["pooler.bias"]))
    return F.linear(pooled, weights["output.weight"], weights["output.bias"])


def masked_lm_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Minus the mean log-probability of what is asked for."""
    asked = labels != IGNORED
    return -logits.log_softmax(-1)[asked].gather(-1, labels[asked][:, None]).mean()


#: A place in a BertLayer, or in the rest of a MaskedLM -> what transformers calls it.
IN_A_LAYER = {
    "attention.W_q": "attention.self.query",
    "attention.W_k": "attention.self.key",
    "attention.W_v": "attention.self.value",
    "attention.W_o": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "W_1": "intermediate.dense",
    "W_2": "output.dense",
    "feed_forward_norm": "output.LayerNorm",
}
OUTSIDE = {
    "bert.embeddings.words.weight": "bert.embeddings.word_embeddings.weight",
    "bert.embeddings.positions.weight": "bert.embeddings.position_embeddings.weight",
    "bert.embeddings.segments.weight": "bert.embeddings.token_type_embeddings.weight",
    "bert.embeddings.norm.weight": "bert.embeddings.LayerNorm.weight",
    "bert.embeddings.norm.bias": "bert.embeddings.LayerNorm.bias",
    "dense.weight": "cls.predictions.transform.dense.weight",
    "dense.bias": "cls.predictions.transform.dense.bias",
    "norm.weight": "cls.predictions.transform.LayerNorm.weight",
    "norm.bias": "cls.predictions.transform.LayerNorm.bias",
    "bias": "cls.predictions.bias",
}


def names_in_layer(number: int) -> dict[str, str]:
    """The parameters of that layer, and what transformers calls them."""
    return {
        f"bert.layers.{number}.{ours}.{part}": f"bert.encoder.layer.{number}.{theirs}.{part}"
        for ours, theirs in IN_A_LAYER.items()
        for part in ("weight", "bias")
    }


def within(weights: Weights, prefix: str) -> dict[str, Tensor]:
    """The weights whose names begin so, without that beginning."""
    return {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}


def _for_torch(weights: Weights) -> dict[str, Tensor]:
    theirs = {"W_1": "linear1", "W_2": "linear2", "attention_norm": "norm1", "feed_forward_norm": "norm2"}
    theirs["attention.W_o"] = "self_attn.out_proj"
    state = {
        f"{their}.{part}": weights[f"{our}.{part}"] for our, their in theirs.items() for part in ("weight", "bias")
    }
    for part in ("weight", "bias"):
        state[f"self_attn.in_proj_{part}"] = torch.cat(
            [weights[f"attention.{W}.{part}"] for W in ("W_q", "W_k", "W_v")]
        )
    return state
