"""All leading dimensions folded into one, then bmm."""

exercise = "scaled-dot-product-attention"


def scaled_dot_product_attention(query, key, value, mask=None):
    lead, Tq, Tk = query.shape[:-2], query.shape[-2], key.shape[-2]
    q, k, v = (x.reshape(-1, *x.shape[-2:]) for x in (query, key, value))
    scores = torch.bmm(q, k.mT) / math.sqrt(q.shape[-1])
    if mask is not None:
        mask = mask.expand(*lead, Tq, Tk).reshape(-1, Tq, Tk)
        scores = scores.masked_fill(mask == 0, torch.finfo(scores.dtype).min)
    weights = softmax(scores, dim=2)
    if mask is not None:
        weights = torch.where(mask, weights, torch.zeros_like(weights))
    return torch.bmm(weights, v).view(*lead, Tq, -1), weights.view(*lead, Tq, Tk)
