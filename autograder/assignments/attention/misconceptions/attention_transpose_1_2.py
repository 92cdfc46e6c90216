"""You swap dimensions 1 and 2, which are the last two only for three dimensions. With heads there is one more, without
a batch one fewer: count from the back.
"""

exercise = "scaled-dot-product-attention"
must_fail = []
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(1, 2) / math.sqrt(query.shape[-1])
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
