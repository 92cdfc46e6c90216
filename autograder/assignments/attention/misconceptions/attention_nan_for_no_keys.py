"""A query that may look at nothing has only scores of minus infinity, and its softmax is 0 divided by 0: NaN. Say what
is to come out there (zeros), and see to it that it does.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_nothing_to_see", "test_nothing_to_see_gradients"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    exponentials = (scores - scores.amax(dim=-1, keepdim=True)).exp()
    weights = exponentials / exponentials.sum(dim=-1, keepdim=True)
    return weights @ value, weights
