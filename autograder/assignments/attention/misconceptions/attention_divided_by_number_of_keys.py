"""You divide the weighted sum by the number of keys. The weights of a row already sum to 1, so the weighted sum is the
average; dividing again makes it too small.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_output", "test_leading_dims", "test_large_scores", "test_mask", "test_gradients"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights @ value / key.shape[-2], weights
