"""You hide what the mask shows, and look at what it hides. In this lesson True means "may look"."""

exercise = "scaled-dot-product-attention"
must_fail = ["test_mask", "test_mask_broadcast", "test_unseen", "test_seen", "test_nothing_to_see"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        scores = scores.masked_fill(mask, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(mask, 0.0)
    return weights @ value, weights
