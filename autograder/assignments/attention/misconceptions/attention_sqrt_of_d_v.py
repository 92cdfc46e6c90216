"""You divide by the square root of the size of a value. The scores are made of queries and keys, so it is their size,
d_k, that counts; values may have another one.
"""

exercise = "scaled-dot-product-attention"
must_fail = [
    "test_weights",
    "test_output",
    "test_scale",
    "test_leading_dims",
    "test_mask",
    "test_mask_broadcast",
    "test_gradients",
]
may_fail = ["test_large_scores"]


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(value.shape[-1])
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
