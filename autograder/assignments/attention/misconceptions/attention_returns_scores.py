"""The second thing you return are the scores, from before the softmax. Return the weights that the values were averaged
with: each row of them sums to 1.
"""

exercise = "scaled-dot-product-attention"
must_fail = [
    "test_weights",
    "test_scale",
    "test_single_key",
    "test_leading_dims",
    "test_large_scores",
    "test_mask",
    "test_mask_broadcast",
    "test_nothing_to_see",
]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is None:
        return softmax(scores, dim=-1) @ value, scores
    scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    return softmax(scores, dim=-1).masked_fill(~mask, 0.0) @ value, scores
