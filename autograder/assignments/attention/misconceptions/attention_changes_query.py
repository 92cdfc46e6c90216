"""You scale the queries in place, so the caller's tensor is changed, and a second call scales it again. `query / …`
makes a new tensor, `query /= …` writes into the old one.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_nothing_to_see_gradients", "test_gradients", "test_inputs_unchanged"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    query /= math.sqrt(query.shape[-1])
    scores = query @ key.transpose(-2, -1)
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
