"""You centre the keys with a mean over the first dimension, so what one sentence looks at depends on the other
sentences of its batch. A batch is a matter of speed alone: each sentence has to get what it would get by itself.
"""

exercise = "scaled-dot-product-attention"
must_fail = [
    "test_weights",
    "test_output",
    "test_leading_dims",
    "test_mask",
    "test_mask_broadcast",
    "test_unseen",
    "test_gradients",
    "test_batch",
]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    key = key - key.mean(dim=0, keepdim=True)
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
