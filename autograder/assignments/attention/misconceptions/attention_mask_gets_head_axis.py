"""You add a dimension to every mask, so that masks which already fit no longer do. This function takes masks that
broadcast to the scores as they are; who calls it adds dimensions where they are needed.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_mask", "test_mask_broadcast", "test_unseen"]
may_fail = ["test_seen"]


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        mask = mask.unsqueeze(1) if mask.ndim > 2 else mask
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
