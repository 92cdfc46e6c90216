"""Scale and filling are tensors without dimensions, which torch lets meet any device and any dtype."""

exercise = "scaled-dot-product-attention"


def scaled_dot_product_attention(query, key, value, mask=None):
    d_k = torch.tensor(key.shape[-1], dtype=torch.float32)
    scores = torch.matmul(query, key.transpose(-2, -1)) / torch.sqrt(d_k)
    if mask is not None:
        scores = torch.where(mask, scores, torch.tensor(-1e9, dtype=scores.dtype))
    weights = F.softmax(scores, dim=-1)
    if mask is not None:
        weights = weights.masked_fill(mask == 0, 0)
    return torch.matmul(weights, value), weights
