"""Loops over queries and keys, a dot product at a time."""

exercise = "scaled-dot-product-attention"


def scaled_dot_product_attention(query, key, value, mask=None):
    rows = []
    for i in range(query.shape[-2]):
        row = [(query[..., i, :] * key[..., j, :]).sum(dim=-1) for j in range(key.shape[-2])]
        rows.append(torch.stack(row, dim=-1))
    scores = torch.stack(rows, dim=-2) / math.sqrt(key.shape[-1])
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        low = scores.detach().abs().amax() * -2 - 1000
        weights = softmax(torch.where(mask, scores, low), dim=-1) * mask.to(scores.dtype)
    return (weights.unsqueeze(-1) * value.unsqueeze(-3)).sum(dim=-2), weights
