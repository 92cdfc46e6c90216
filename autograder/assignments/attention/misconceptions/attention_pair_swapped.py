"""You return the weights first and the output second. The order is (output, weights)."""

exercise = "scaled-dot-product-attention"
must_fail = [
    "test_weights",
    "test_output",
    "test_scale",
    "test_single_key",
    "test_leading_dims",
    "test_large_scores",
    "test_mask",
    "test_mask_broadcast",
    "test_seen",
    "test_gradients",
]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights, weights @ value
