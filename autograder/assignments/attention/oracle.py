"""What is right: thin wrappers over torch's own implementations, computed in double precision.

torch disagrees with itself about a query that may look at nothing (`F.scaled_dot_product_attention` gives zeros,
`nn.MultiheadAttention` NaN, with gradients to match). The lesson defines zeros, so each wrapper here lets such a
query look at everything, and then takes its result away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PROJECTIONS = ("W_q", "W_k", "W_v", "W_o")


def attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Output (..., Tq, d_v) and weights (..., Tq, Tk) of scaled dot-product attention, in the query's dtype."""
    shape = (*query.shape[:-1], key.shape[-2])
    seen = torch.ones(shape, dtype=torch.bool) if mask is None else mask.expand(shape)
    alive = seen.any(dim=-1, keepdim=True)
    # With one-hot vectors for values, what comes out are the weights themselves.
    one_hot = torch.eye(key.shape[-2], dtype=torch.float64).expand(*key.shape[:-1], key.shape[-2])
    results = [
        F.scaled_dot_product_attention(query.double(), key.double(), rows, attn_mask=seen | ~alive)
        for rows in (value.double(), one_hot)
    ]
    output, weights = (torch.where(alive, result, 0.0).to(query.dtype) for result in results)
    return output, weights


def multi_head(
    weights: dict[str, Tensor], num_heads: int, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Output (B, Tq, d_model) and weights (B, H, Tq, Tk) of `nn.MultiheadAttention` with these weights."""
    B, Tq, d_model = query.shape
    module = _torch_module(weights, num_heads, d_model)
    shape = (B, num_heads, Tq, key.shape[1])
    seen = torch.ones(shape, dtype=torch.bool) if mask is None else mask.expand(B, *shape[2:])[:, None].expand(shape)
    alive = seen.any(dim=-1, keepdim=True)  # (B, H, Tq, 1)
    hidden = ~(seen | ~alive)  # torch's own mask says what may NOT be seen
    output, by_head = module(
        query.double(),
        key.double(),
        value.double(),
        attn_mask=hidden.flatten(0, 1),
        average_attn_weights=False,
    )
    output = torch.where(alive[:, 0], output, module.out_proj.bias)
    return output.to(query.dtype), torch.where(alive, by_head, 0.0).to(query.dtype)


def _torch_module(weights: dict[str, Tensor], num_heads: int, d_model: int) -> nn.MultiheadAttention:
    module = nn.MultiheadAttention(d_model, num_heads, batch_first=True, dtype=torch.float64)
    projections = PROJECTIONS[:3]
    module.load_state_dict(
        {
            "in_proj_weight": torch.cat([weights[f"{name}.weight"] for name in projections]),
            "in_proj_bias": torch.cat([weights[f"{name}.bias"] for name in projections]),
            "out_proj.weight": weights["W_o.weight"],
            "out_proj.bias": weights["W_o.bias"],
        }
    )
    return module.requires_grad_(False)  # only the inputs, if anything, get a gradient


def gradients(function: Callable[..., Tensor], inputs: Sequence[Tensor], upstream: Tensor) -> list[Tensor]:
    """Gradients of `function(*inputs)` for all inputs, when `upstream` comes back to its output."""
    leaves = [x.detach().clone().requires_grad_() for x in inputs]
    return list(torch.autograd.grad(function(*leaves), leaves, upstream))


def split(x: Tensor, num_heads: int) -> Tensor:
    """(B, T, d_model) -> (B, H, T, d_head), by cutting the features into one run for each head."""
    return torch.stack(x.chunk(num_heads, dim=-1), dim=1)


def merge(x: Tensor) -> Tensor:
    """(B, H, T, d_head) -> (B, T, d_model), by laying the heads side by side."""
    return torch.cat(x.unbind(dim=1), dim=-1)


def padding(lengths: Tensor, T: int) -> Tensor:
    """(B, 1, T), True at real positions."""
    return torch.stack([torch.arange(T) < length for length in lengths]).unsqueeze(1)
