"""Without a mask you make one yourself, on the CPU, where it cannot meet scores on a GPU. A tensor that you make needs
the device of the one it meets; or do without it.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_device"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is None:
        mask = torch.ones(scores.shape, dtype=torch.bool)
    scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
