"""Your output has zeros for a query that may look at nothing, but a NaN was made on the way and replaced afterwards; in
the gradient it comes back and spreads to keys that others look at. Avoid making it: no row may ever consist of minus
infinities when it enters the softmax, or it must not take part in the gradient.
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_nothing_to_see_gradients"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is not None:
        bias = torch.zeros(mask.shape, dtype=scores.dtype, device=scores.device).masked_fill(~mask, float("-inf"))
        scores = scores + bias
    exponentials = (scores - scores.amax(dim=-1, keepdim=True)).exp()
    weights = (exponentials / exponentials.sum(dim=-1, keepdim=True)).nan_to_num(0.0)
    return weights @ value, weights
