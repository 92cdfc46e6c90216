"""You always return float32. Compute in what precision you like, but return the dtype that came in, or the layers
around this one cannot work in half precision.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_dtype"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    query, key, value = query.float(), key.float(), value.float()
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
