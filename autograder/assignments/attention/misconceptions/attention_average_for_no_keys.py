"""A query that may look at nothing looks at everything in your version: all its scores are equally low, so the softmax
gives them equal weights. Such a query is to get weights and an output of zeros.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_nothing_to_see"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e9)
    weights = softmax(scores, dim=-1)
    return weights @ value, weights
