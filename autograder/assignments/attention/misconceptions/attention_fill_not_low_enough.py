"""The number that you give to hidden scores is low, but not low enough: the keys that the mask hides keep a little
weight. Take one so low that its exponential is exactly 0 beside any real score.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_mask", "test_mask_broadcast", "test_unseen", "test_nothing_to_see"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -5.0)
    weights = softmax(scores, dim=-1)
    return weights @ value, weights
