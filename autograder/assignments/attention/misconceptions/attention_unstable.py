"""You take the exponential of the scores as they are, which overflows when they are large. Your own softmax, from the
exercise before, has the remedy.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_large_scores"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    exponentials = scores.exp() if mask is None else scores.exp() * mask
    total = exponentials.sum(dim=-1, keepdim=True)
    weights = exponentials / torch.where(total == 0, 1.0, total)
    return weights @ value, weights
