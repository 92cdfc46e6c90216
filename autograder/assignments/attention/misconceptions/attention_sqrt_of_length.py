"""You divide by the square root of the number of keys. A score is a sum over the features of one key, so it is the
number of features, d_k, that decides how large it gets; the length of the sentence has no part in it.
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
    scores = query @ key.transpose(-2, -1) / math.sqrt(key.shape[-2])
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
