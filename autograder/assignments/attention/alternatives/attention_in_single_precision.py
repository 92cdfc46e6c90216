"""Softmax and products in float32 or better; the dtype that came in goes out."""

exercise = "scaled-dot-product-attention"


def scaled_dot_product_attention(query, key, value, mask=None):
    dtype = query.dtype
    wide = torch.promote_types(dtype, torch.float32)
    scores = query.to(wide) @ key.to(wide).transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores + torch.where(mask, 0.0, torch.finfo(wide).min).to(wide)
    weights = softmax(scores, dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return (weights @ value.to(wide)).to(dtype), weights.to(dtype)
