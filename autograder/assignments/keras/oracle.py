"""What is right: torch's own encoder layer with the student's weights, in double precision; no Keras anywhere.

The names of weights are those that the notebook's `weights_of` gives, and kernels lie as Keras has them, (in, out).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PAD = 0
Shapes = dict[str, tuple[int, ...]]
Weights = Mapping[str, Tensor]

_INWARD = ("query", "key", "value")
_NORMS = ("attention_norm", "feed_forward_norm")


def embedding_shapes(num_tokens: int, longest: int, d: int) -> Shapes:
    """The weights of a TokenAndPositionEmbedding."""
    return {"tokens.embeddings": (num_tokens, d), "places.embeddings": (longest, d)}


def block_shapes(d: int, H: int, d_ff: int) -> Shapes:
    """The weights of a TransformerBlock."""
    shapes: Shapes = {f"{norm}.{part}": (d,) for norm in _NORMS for part in ("gamma", "beta")}
    shapes |= {"widen.kernel": (d, d_ff), "widen.bias": (d_ff,), "narrow.kernel": (d_ff, d), "narrow.bias": (d,)}
    for name in _INWARD:
        shapes |= {f"attention.{name}.kernel": (d, H, d // H), f"attention.{name}.bias": (H, d // H)}
    return shapes | {"attention.output.kernel": (H, d // H, d), "attention.output.bias": (d,)}


def classifier_shapes(sizes: Mapping[str, int]) -> Shapes:
    """The weights of a Classifier of these sizes."""
    d, classes = sizes["d_model"], sizes["num_classes"]
    embedding = embedding_shapes(sizes["num_tokens"], sizes["longest"], d)
    shapes: Shapes = {f"embedding.{name}": shape for name, shape in embedding.items()}
    for i in range(sizes["num_layers"]):
        block = block_shapes(d, sizes["num_heads"], sizes["d_ff"])
        shapes |= {f"blocks.{i}.{name}": shape for name, shape in block.items()}
    return shapes | {"norm.gamma": (d,), "norm.beta": (d,), "scores.kernel": (d, classes), "scores.bias": (classes,)}


def embedding(weights: Weights, ids: Tensor) -> Tensor:
    """(B, T, d): the token's row plus the place's."""
    return F.embedding(ids, weights["tokens.embeddings"]) + weights["places.embeddings"][: ids.shape[1]]


def block(weights: Weights, H: int, x: Tensor, real: Tensor, epsilon: float = 1e-3) -> Tensor:
    """What nn.TransformerEncoderLayer(norm_first=True) computes with these weights."""
    d, d_ff = weights["widen.kernel"].shape
    layer = nn.TransformerEncoderLayer(
        d, H, d_ff, dropout=0.0, layer_norm_eps=epsilon, batch_first=True, norm_first=True, dtype=torch.float64
    )
    layer.load_state_dict(_for_torch(weights))
    return layer(x.double(), src_key_padding_mask=~real).detach().to(x.dtype)  # type: ignore[no-any-return]


def classifier(
    weights: Weights, sizes: Mapping[str, int], ids: Tensor, epsilon: float = 1e-3, pad: int = PAD
) -> Tensor:
    """(B, C): the logits."""
    x, real = embedding(_within(weights, "embedding."), ids).double(), ids != pad
    for i in range(sizes["num_layers"]):
        x = block(_within(weights, f"blocks.{i}."), sizes["num_heads"], x, real, epsilon)
    gamma, beta = weights["norm.gamma"].double(), weights["norm.beta"].double()
    x = F.layer_norm(x, gamma.shape, gamma, beta, epsilon)
    means = torch.stack([row[there].mean(0) for row, there in zip(x, real, strict=True)])
    logits: Tensor = means @ weights["scores.kernel"].double() + weights["scores.bias"].double()
    return logits.float()


def attention_weights(state: Weights, H: int) -> dict[str, Tensor]:
    """The weights of an `nn.MultiheadAttention` as Keras keeps them: a head is d/H neighbouring rows."""
    d = state["out_proj.bias"].shape[0]
    found = {"output.kernel": state["out_proj.weight"].mT.reshape(H, -1, d), "output.bias": state["out_proj.bias"]}
    matrices = state["in_proj_weight"].reshape(3, H, d // H, d)
    biases = state["in_proj_bias"].reshape(3, H, d // H)
    for name, matrix, bias in zip(_INWARD, matrices, biases, strict=True):  # (H, d/H, d), (H, d/H)
        found |= {f"{name}.kernel": matrix.permute(2, 0, 1), f"{name}.bias": bias}
    return found


def torch_state(weights: Weights) -> dict[str, Tensor]:
    """The state dict of the notebook's TorchClassifier that has these weights."""
    state = {f"{name}.weight": weights[f"embedding.{name}.embeddings"] for name in ("tokens", "places")}
    state |= {"norm.weight": weights["norm.gamma"], "norm.bias": weights["norm.beta"]}
    state |= {"scores.weight": weights["scores.kernel"].mT, "scores.bias": weights["scores.bias"]}
    theirs = {"self_attn": "attention", "linear1": "widen", "linear2": "narrow", "norm1": _NORMS[0], "norm2": _NORMS[1]}
    i = 0
    while inner := _within(weights, f"blocks.{i}."):
        for name, value in _for_torch(inner).items():
            part, _, rest = name.partition(".")
            state[f"blocks.{i}.{theirs[part]}.{rest}"] = value
        i += 1
    return {name: value.contiguous() for name, value in state.items()}


_TORCH_NORMS = ("norm1", "norm2")


def _for_torch(weights: Weights) -> dict[str, Tensor]:
    """A block's weights, by the names in nn.TransformerEncoderLayer."""
    state = {
        "self_attn.in_proj_weight": torch.cat([weights[f"attention.{name}.kernel"].flatten(1).mT for name in _INWARD]),
        "self_attn.in_proj_bias": torch.cat([weights[f"attention.{name}.bias"].flatten() for name in _INWARD]),
        "self_attn.out_proj.weight": weights["attention.output.kernel"].flatten(0, 1).mT,
        "self_attn.out_proj.bias": weights["attention.output.bias"],
    }
    for ours, theirs in (("widen", "linear1"), ("narrow", "linear2")):
        state |= {f"{theirs}.weight": weights[f"{ours}.kernel"].mT, f"{theirs}.bias": weights[f"{ours}.bias"]}
    for ours, theirs in zip(_NORMS, _TORCH_NORMS, strict=True):
        state |= {f"{theirs}.weight": weights[f"{ours}.gamma"], f"{theirs}.bias": weights[f"{ours}.beta"]}
    return state


def _within(weights: Weights, prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}
