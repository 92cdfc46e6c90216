"""You apply the mask the other way round, to queries instead of keys. Scores have a row for each query and a column for
each key, and so has the mask: no transpose is needed.
"""

exercise = "scaled-dot-product-attention"
must_fail = [
    "test_mask",
    "test_mask_broadcast",
    "test_unseen",
    "test_seen",
    "test_nothing_to_see",
    "test_nothing_to_see_gradients",
    "test_dtype",
    "test_inputs_unchanged",
]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        hidden = ~mask.transpose(-2, -1)
        scores = scores.masked_fill(hidden, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(hidden, 0.0)
    return weights @ value, weights
