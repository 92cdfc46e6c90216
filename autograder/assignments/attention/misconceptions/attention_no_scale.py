"""Your weights are what you get when the scores are not divided by √d_k. The longer the keys, the larger such scores,
until one key gets nearly all the weight and hardly any gradient is left.
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
    scores = query @ key.transpose(-2, -1)
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
