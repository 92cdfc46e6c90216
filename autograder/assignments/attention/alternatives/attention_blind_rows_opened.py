"""Queries that may look at nothing look at everything, and are wiped out afterwards."""

exercise = "scaled-dot-product-attention"


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = torch.matmul(query / math.sqrt(query.shape[-1]), key.transpose(-1, -2))
    if mask is None:
        weights = softmax(scores, dim=-1)
        return weights.matmul(value), weights
    blind = mask.sum(-1, keepdim=True) == 0
    weights = softmax(scores.masked_fill(~(mask | blind), float("-inf")), dim=-1)
    weights = torch.where(blind, 0.0, weights)
    return weights.matmul(value), weights
