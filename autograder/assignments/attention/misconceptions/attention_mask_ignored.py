"""Your result is the same with and without a mask. Where the mask is False, a key must get no weight at all."""

exercise = "scaled-dot-product-attention"
must_fail = ["test_mask", "test_mask_broadcast", "test_unseen", "test_nothing_to_see"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    weights = softmax(scores, dim=-1)
    return weights @ value, weights
