"""You turn the mask round in place, so for the caller it now says the opposite: the next layer that gets the same mask
looks at just what it should not. Make a new mask with `~mask`.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_inputs_unchanged"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        hidden = mask.logical_not_()
        scores = scores.masked_fill(hidden, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(hidden, 0.0)
    return weights @ value, weights
