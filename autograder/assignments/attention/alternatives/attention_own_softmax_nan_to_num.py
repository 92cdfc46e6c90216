"""The softmax of the exercise before, on minus infinities, and nan_to_num for the rows with nothing to see."""

exercise = "scaled-dot-product-attention"


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.mT / query.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = softmax(scores, dim=-1).nan_to_num()
    return weights @ value, weights
