"""Hidden keys still get weight, because their score ends up at about 0, and exp(0) is 1. To be left out of a softmax, a
score has to be so far below all others that its exponential is 0 (-1e-9 is nearly 0, -1e9 is far below).
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_mask", "test_mask_broadcast", "test_unseen", "test_nothing_to_see"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores * mask
    weights = softmax(scores, dim=-1)
    return weights @ value, weights
