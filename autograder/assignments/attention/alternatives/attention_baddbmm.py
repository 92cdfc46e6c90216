"""A bias that is added to the scores by baddbmm: finite, so that no NaN can arise."""

exercise = "scaled-dot-product-attention"


def scaled_dot_product_attention(query, key, value, mask=None):
    lead, Tq, Tk, d_k = query.shape[:-2], query.shape[-2], key.shape[-2], query.shape[-1]
    bias = torch.zeros(*lead, Tq, Tk, dtype=query.dtype, device=query.device)
    if mask is not None:
        bias = bias.masked_fill(mask.logical_not(), torch.finfo(query.dtype).min)
    q, k, v, bias = (x.reshape(-1, *x.shape[-2:]) for x in (query, key, value, bias))
    scores = torch.baddbmm(bias, q, k.transpose(1, 2), alpha=1 / math.sqrt(d_k))
    weights = softmax(scores.reshape(*lead, Tq, Tk), dim=-1)
    if mask is not None:
        weights = weights * mask.any(dim=-1, keepdim=True)
    output = torch.bmm(weights.reshape(-1, Tq, Tk), v)
    return output.reshape(*lead, Tq, -1), weights
