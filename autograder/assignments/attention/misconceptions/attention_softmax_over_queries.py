"""Your columns sum to 1 instead of your rows: the queries compete for a key. It is the keys that compete for the
attention of each query, so the softmax runs over the keys, the last dimension.
"""

exercise = "scaled-dot-product-attention"
must_fail = [
    "test_weights",
    "test_output",
    "test_scale",
    "test_single_key",
    "test_leading_dims",
    "test_large_scores",
    "test_mask",
    "test_mask_broadcast",
    "test_gradients",
]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = softmax(scores, dim=-2)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ value, weights
