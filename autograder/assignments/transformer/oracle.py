"""What is right: torch's own layers with the student's weights, in double precision; and decoders over small tables.

The names of weights are those that the notebook's `__init__`s give; `*_shapes` list them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PAD, BOS, EOS = 0, 1, 2
Shapes = dict[str, tuple[int, ...]]
Weights = Mapping[str, Tensor]

#: Our module's name in a layer -> torch's, in nn.TransformerEncoderLayer and nn.TransformerDecoderLayer.
_ENCODER = {"attention": "self_attn", "feed_forward": "linear", "attention_norm": "norm1", "feed_forward_norm": "norm2"}
_DECODER = {
    "self_attention": "self_attn",
    "cross_attention": "multihead_attn",
    "feed_forward": "linear",
    "self_attention_norm": "norm1",
    "cross_attention_norm": "norm2",
    "feed_forward_norm": "norm3",
}


def layer_shapes(kind: str, d: int, d_ff: int) -> Shapes:
    """The weights of an "encoder" or a "decoder" layer."""
    shapes: Shapes = {}
    for name in _ENCODER if kind == "encoder" else _DECODER:
        if name.endswith("norm"):
            shapes |= {f"{name}.gamma": (d,), f"{name}.beta": (d,)}
        elif name == "feed_forward":
            shapes |= {f"{name}.W_1.weight": (d_ff, d), f"{name}.W_1.bias": (d_ff,)}
            shapes |= {f"{name}.W_2.weight": (d, d_ff), f"{name}.W_2.bias": (d,)}
        else:
            shapes |= {f"{name}.{W}.weight": (d, d) for W in ("W_q", "W_k", "W_v", "W_o")}
            shapes |= {f"{name}.{W}.bias": (d,) for W in ("W_q", "W_k", "W_v", "W_o")}
    return shapes


def transformer_shapes(sizes: tuple[int, int], d: int, d_ff: int, layers: int) -> Shapes:
    """The weights of a Transformer for vocabularies of these sizes."""
    shapes: Shapes = {"output.weight": (sizes[1], d), "output.bias": (sizes[1],)}
    for side, size in zip(("source", "target"), sizes, strict=True):
        shapes[f"{side}_embedding.table.weight"] = (size, d)
    for kind in ("encoder", "decoder"):
        shapes |= {f"{kind}_norm.gamma": (d,), f"{kind}_norm.beta": (d,)}
        for i in range(layers):
            shapes |= {f"{kind}_layers.{i}.{name}": shape for name, shape in layer_shapes(kind, d, d_ff).items()}
    return shapes


def encoder_layer(weights: Weights, heads: int, x: Tensor, mask: Tensor | None = None) -> Tensor:
    """What nn.TransformerEncoderLayer(norm_first=True) computes with these weights."""
    return _layer("encoder", weights, heads, x, None, mask, None)


def decoder_layer(
    weights: Weights,
    heads: int,
    x: Tensor,
    memory: Tensor,
    target_mask: Tensor | None = None,
    source_mask: Tensor | None = None,
) -> Tensor:
    """What nn.TransformerDecoderLayer(norm_first=True) computes with these weights."""
    return _layer("decoder", weights, heads, x, memory, target_mask, source_mask)


def encode(weights: Weights, heads: int, layers: int, source: Tensor) -> Tensor:
    """Embedding, encoder layers without a look at PAD, final norm."""
    x, mask = _embed(weights["source_embedding.table.weight"], source), (source != PAD)[:, None]
    for i in range(layers):
        x = encoder_layer(_within(weights, f"encoder_layers.{i}."), heads, x, mask)
    return norm(x, weights["encoder_norm.gamma"], weights["encoder_norm.beta"])


def transformer(weights: Weights, heads: int, layers: int, source: Tensor, target: Tensor) -> Tensor:
    """The logits of the whole model."""
    memory, mask = encode(weights, heads, layers, source), (source != PAD)[:, None]
    T = target.shape[1]
    x, causal = _embed(weights["target_embedding.table.weight"], target), torch.ones(T, T).tril().bool()
    for i in range(layers):
        x = decoder_layer(_within(weights, f"decoder_layers.{i}."), heads, x, memory, causal, mask)
    x = norm(x, weights["decoder_norm.gamma"], weights["decoder_norm.beta"])
    return F.linear(x, weights["output.weight"], weights["output.bias"])


def norm(x: Tensor, gamma: Tensor, beta: Tensor, eps: float = 1e-5) -> Tensor:
    """Layer norm by torch itself."""
    return F.layer_norm(x.double(), gamma.shape, gamma.double(), beta.double(), eps).to(x.dtype)


def smoothed_targets(target: Tensor, size: int, smoothing: float) -> Tensor:
    """(B, T, V): 1 - smoothing on the target, the rest evenly on all but PAD; zeros where the target is PAD."""
    evenly = torch.ones(size).index_fill(0, torch.tensor([PAD]), 0.0) / (size - 1)
    wanted = torch.lerp(torch.eye(size)[target], evenly, smoothing)
    return torch.where((target == PAD)[..., None], 0.0, wanted)


def smoothed_loss(logits: Tensor, target: Tensor, smoothing: float) -> Tensor:
    """F.cross_entropy with those distributions, over the real targets."""
    real = target != PAD
    return F.cross_entropy(logits[real], smoothed_targets(target, logits.shape[-1], smoothing)[real].to(logits.dtype))


def greedy(tables: Tensor, most: int) -> Tensor:
    """What greedy decoding writes where row b's next token has the scores tables[b, last token]."""
    rows = [_greedy_row(table, most) for table in tables]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)


def _greedy_row(table: Tensor, most: int) -> Tensor:
    ids = [BOS]
    while len(ids) <= most and ids[-1] != EOS:
        ids.append(int(table[ids[-1]].argmax()))
    return torch.tensor(ids)


def beam(table: Tensor, most: int, size: int, alpha: float) -> tuple[list[int], float]:
    """The best text and its score, where the next token has the scores table[token before last, last token]."""
    log_p = table.double().log_softmax(-1)
    texts: dict[tuple[int, ...], float] = {(BOS,): 0.0}
    for _ in range(most):
        candidates: dict[tuple[int, ...], float] = {}
        for text, so_far in texts.items():
            if text[-1] == EOS:
                candidates[text] = so_far
                continue
            row = log_p[text[-2] if len(text) > 1 else 0, text[-1]]
            candidates |= {(*text, v): so_far + float(row[v]) for v in range(len(row))}
        best = sorted(candidates, key=lambda text: -score(candidates[text], text, alpha))[:size]
        texts = {text: candidates[text] for text in best}
    ids = next(iter(texts))
    return list(ids), score(texts[ids], ids, alpha)


def score(log_p: float, ids: Sequence[int], alpha: float) -> float:
    """The score: log p / length**alpha, the length without BOS."""
    return log_p / float(max(len(ids) - 1, 1) ** alpha)


def _embed(table: Tensor, ids: Tensor) -> Tensor:
    size, T = table.shape[1], ids.shape[1]
    places, halves = torch.arange(T).double()[:, None], torch.arange(0, size, 2).double()
    angles = places / torch.pow(10000.0, halves / size)
    code = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
    embedded: Tensor = F.embedding(ids, table.double()) * size**0.5 + code
    return embedded.to(table.dtype)


def _within(weights: Weights, prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}


def _layer(
    kind: str,
    weights: Weights,
    heads: int,
    x: Tensor,
    memory: Tensor | None,
    self_mask: Tensor | None,
    cross_mask: Tensor | None,
) -> Tensor:
    (B, T, d), d_ff = x.shape, weights["feed_forward.W_1.bias"].shape[0]
    module_class = nn.TransformerEncoderLayer if kind == "encoder" else nn.TransformerDecoderLayer
    module = module_class(d, heads, d_ff, dropout=0.0, batch_first=True, norm_first=True, dtype=torch.float64)
    module.load_state_dict(_for_torch(weights, _ENCODER if kind == "encoder" else _DECODER))
    hidden = _hidden(self_mask, B, heads, T, T)
    if memory is None:
        return module(x.double(), src_mask=hidden).detach().to(x.dtype)  # type: ignore[no-any-return]
    seen = _hidden(cross_mask, B, heads, T, memory.shape[1])
    return module(x.double(), memory.double(), tgt_mask=hidden, memory_mask=seen).detach().to(x.dtype)  # type: ignore[no-any-return]


def _for_torch(weights: Weights, names: Mapping[str, str]) -> dict[str, Tensor]:
    state: dict[str, Tensor] = {}
    for ours, theirs in names.items():
        for part in ("weight", "bias"):
            if theirs == "linear":
                state |= {f"linear{i}.{part}": weights[f"{ours}.W_{i}.{part}"] for i in (1, 2)}
            elif theirs.startswith("norm"):
                state[f"{theirs}.{part}"] = weights[f"{ours}.{'gamma' if part == 'weight' else 'beta'}"]
            else:
                state[f"{theirs}.in_proj_{part}"] = torch.cat([weights[f"{ours}.{W}.{part}"] for W in _INWARD])
                state[f"{theirs}.out_proj.{part}"] = weights[f"{ours}.W_o.{part}"]
    return state


_INWARD = ("W_q", "W_k", "W_v")


def _hidden(mask: Tensor | None, B: int, heads: int, Tq: int, Tk: int) -> Tensor | None:
    """A mask of the kind that torch's layers take: (B·H, Tq, Tk), True = may not look."""
    return None if mask is None else (~mask).expand(B, Tq, Tk).repeat_interleave(heads, dim=0)
