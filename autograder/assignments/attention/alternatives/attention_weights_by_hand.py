"""Exponentials of what may be seen, divided by their sum where there is one."""

exercise = "scaled-dot-product-attention"


def scaled_dot_product_attention(query, key, value, mask=None):
    scores = query @ key.transpose(-2, -1)
    scores = scores * (1.0 / math.sqrt(key.shape[-1]))
    seen = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand_as(scores)
    low = torch.finfo(scores.dtype).min
    top = scores.masked_fill(~seen, low).amax(dim=-1, keepdim=True).detach()
    powers = (scores - top).masked_fill(~seen, -1e4).exp().masked_fill(~seen, 0.0)
    total = powers.sum(dim=-1, keepdim=True)
    weights = powers / total.masked_fill(total == 0, 1.0)
    return weights @ value, weights
