"""In-place operations, all on tensors made here; both factors take half of the scale."""

exercise = "scaled-dot-product-attention"


def scaled_dot_product_attention(query, key, value, mask=None):
    half = query.shape[-1] ** -0.25
    scores = (query * half) @ (key * half).transpose(-2, -1)
    if mask is not None:
        scores.masked_fill_(~mask, -1e30)
    weights = softmax(scores, dim=-1)
    if mask is not None:
        weights = weights.clone().masked_fill_(~mask, 0)
    return weights @ value, weights
