"""What is right, for GPT and DistilBERT: torch's own layers in double precision, and rules written out token by token.

The names of weights are those that the notebook's `__init__`s give; `encoder_shapes` lists them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PAD, BOS, EOS = 0, 1, 2
Shapes = dict[str, tuple[int, ...]]
Weights = Mapping[str, Tensor]


def encoder_shapes(V: int, d: int, d_ff: int, layers: int, longest: int) -> Shapes:
    """The weights of a CausalLM or a MaskedLM."""
    shapes: Shapes = {"bias": (V,), "tokens.weight": (V, d), "places.weight": (longest, d)}
    shapes |= _norm_shapes("norm", d)
    for i in range(layers):
        for W in ("W_q", "W_k", "W_v", "W_o"):
            shapes |= _linear_shapes(f"layers.{i}.attention.{W}", d, d)
        shapes |= _linear_shapes(f"layers.{i}.W_1", d_ff, d) | _linear_shapes(f"layers.{i}.W_2", d, d_ff)
        shapes |= _norm_shapes(f"layers.{i}.attention_norm", d) | _norm_shapes(f"layers.{i}.feed_forward_norm", d)
    return {f"encoder.{name}": shape for name, shape in shapes.items()}


def _linear_shapes(name: str, rows: int, columns: int) -> Shapes:
    return {f"{name}.weight": (rows, columns), f"{name}.bias": (rows,)}


def _norm_shapes(name: str, d: int) -> Shapes:
    return {f"{name}.weight": (d,), f"{name}.bias": (d,)}


def causal_logits(weights: Weights, heads: int, ids: Tensor) -> Tensor:
    """What a stack of nn.TransformerEncoderLayer with these weights says at each place, from what came before."""
    T = ids.shape[1]
    hidden = torch.ones(T, T, dtype=torch.bool).triu(1)  # torch's masks: True = may not look
    own = {name.removeprefix("encoder."): value.double() for name, value in weights.items()}
    x = F.embedding(ids, own["tokens.weight"]) + own["places.weight"][:T]
    x = F.layer_norm(x, x.shape[-1:], own["norm.weight"], own["norm.bias"])
    for i in range(sum(name.endswith("W_1.bias") for name in own)):
        x = _layer(_within(own, f"layers.{i}."), heads, x, hidden)
    logits: Tensor = F.linear(x, own["tokens.weight"], own["bias"]).to(weights["encoder.bias"].dtype)
    return logits


def attention(weights: Weights, heads: int, x: Tensor) -> Tensor:
    """Causal self-attention by `nn.MultiheadAttention`. weights: W_q.weight …"""
    T, d = x.shape[1:]
    module = nn.MultiheadAttention(d, heads, batch_first=True, dtype=torch.float64)
    module.load_state_dict(_attention_state({name: value.double() for name, value in weights.items()}, ""))
    found = module(x.double(), x.double(), x.double(), attn_mask=torch.ones(T, T, dtype=torch.bool).triu(1))[0]
    return found.detach().to(x.dtype)  # type: ignore[no-any-return]


def _layer(own: Weights, heads: int, x: Tensor, hidden: Tensor) -> Tensor:
    d_ff, d = own["W_1.weight"].shape
    module = nn.TransformerEncoderLayer(
        d, heads, d_ff, dropout=0.0, activation="gelu", batch_first=True, dtype=torch.float64
    )
    state = _attention_state(own, "attention.", "self_attn.")
    for part in ("weight", "bias"):
        state |= {f"linear{i}.{part}": own[f"W_{i}.{part}"] for i in (1, 2)}
        state |= {f"norm1.{part}": own[f"attention_norm.{part}"], f"norm2.{part}": own[f"feed_forward_norm.{part}"]}
    module.load_state_dict(state)
    return module(x, src_mask=hidden).detach()  # type: ignore[no-any-return]


def _attention_state(own: Weights, ours: str, theirs: str = "") -> dict[str, Tensor]:
    state: dict[str, Tensor] = {}
    for part in ("weight", "bias"):
        state[f"{theirs}in_proj_{part}"] = torch.cat([own[f"{ours}{W}.{part}"] for W in ("W_q", "W_k", "W_v")])
        state[f"{theirs}out_proj.{part}"] = own[f"{ours}W_o.{part}"]
    return state


def _within(weights: Weights, prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}


def causal_loss(logits: Tensor, ids: Tensor) -> Tensor:
    """Row by row, token by token."""
    log_p = logits.double().log_softmax(-1)
    terms = [
        -log_p[b, i, ids[b, i + 1]]
        for b in range(ids.shape[0])
        for i in range(ids.shape[1] - 1)
        if ids[b, i + 1] != PAD
    ]
    return torch.stack(terms).mean().to(logits.dtype)


def perplexity(batches: Sequence[tuple[Tensor, Tensor]]) -> float:
    """Of all real tokens of all batches."""
    all_real = torch.cat([log_p.double()[real] for log_p, real in batches])
    return math.exp(-float(all_real.mean()))


def kept_by_top_k(row: Sequence[float], k: int) -> list[bool]:
    """Which tokens of one row are kept: no more than k - 1 others are likelier."""
    return [sum(other > z for other in row) < k for z in row]


def kept_by_top_p(row: Sequence[float], p: float) -> list[bool]:
    """Which tokens of one row are kept: from the likeliest on, until their sum is p or more; and all as likely."""
    highest = max(row)
    weights = [math.exp(z - highest) for z in row]
    share, least = 0.0, highest
    for z in sorted(row, reverse=True):
        if share >= p:
            break
        share, least = share + math.exp(z - highest) / sum(weights), z
    return [z >= least for z in row]


def filtered(logits: Tensor, kept: list[bool]) -> Tensor:
    """One row of logits, -inf where a token is not kept."""
    return torch.where(torch.tensor(kept), logits, -math.inf)


def shares(logits: Tensor, temperature: float = 1.0, k: int | None = None, p: float | None = None) -> Tensor:
    """What one row of logits is drawn from: temperature, then top-k, then top-p."""
    row = logits.double() / temperature
    if k is not None:
        row = filtered(row, kept_by_top_k(row.tolist(), k))
    if p is not None:
        row = filtered(row, kept_by_top_p(row.tolist(), p))
    return row.softmax(-1)


def soft_targets(ours: Tensor, theirs: Tensor, real: Tensor, temperature: float) -> Tensor:
    """τ² KL(teacher ‖ student) at temperature τ, the mean over real places."""
    p, q = (each.double()[real].div(temperature).softmax(-1) for each in (theirs, ours))
    return (p * (p / q).log()).sum(-1).mean() * temperature**2


def distillation_loss(
    logits: Tensor,
    states: Tensor,
    teacher_logits: Tensor,
    teacher_states: Tensor,
    labels: Tensor,
    real: Tensor,
    temperature: float = 2.0,
    weights: Sequence[float] = (5, 2, 1),
) -> Tensor:
    """All three together."""
    masked = F.nll_loss(logits.double().log_softmax(-1)[labels != -100], labels[labels != -100])
    a, b = states.double()[real], teacher_states.double()[real]
    angle = 1 - ((a * b).sum(-1) / (a.norm(dim=-1) * b.norm(dim=-1))).mean()
    soft = soft_targets(logits, teacher_logits, real, temperature)
    total: Tensor = weights[0] * soft + weights[1] * masked + weights[2] * angle
    return total.to(logits.dtype)
