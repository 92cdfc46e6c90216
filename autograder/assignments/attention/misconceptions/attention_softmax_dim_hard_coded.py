"""You name a dimension by its place from the front. That fits one number of leading dimensions and no other: with heads
there is one more, without a batch one fewer. Count from the back.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_scale", "test_leading_dims", "test_large_scores", "test_mask_broadcast"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is None:
        weights = softmax(scores, dim=2)
    else:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=2).masked_fill(~mask, 0.0)
    return weights @ value, weights
