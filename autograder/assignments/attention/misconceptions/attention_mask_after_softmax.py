"""You take the hidden keys' weights away after the softmax, so the rest of a row sums to less than 1, and hidden keys
still had a part in the division. Hide them before the softmax, and it shares out all the weight among the others.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_mask", "test_mask_broadcast", "test_unseen"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    weights = softmax(scores, dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ value, weights
