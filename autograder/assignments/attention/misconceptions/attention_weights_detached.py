"""Your values get a gradient, but queries and keys get none: the weights were cut off from torch's graph before they
were used. Then the model can never learn where to look.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_gradients"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    with torch.no_grad():
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
        if mask is None:
            weights = softmax(scores, dim=-1)
        else:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
            weights = softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return weights @ value, weights
