"""You fold the leading dimensions into one with `view`, which only works while a tensor's numbers lie in order in
memory. Heads come out of a transpose, so theirs do not. (`@` needs no folding: it works on the last two dimensions.)
"""

exercise = "scaled-dot-product-attention"
must_fail = ["test_non_contiguous"]
may_fail = []


def scaled_dot_product_attention(query, key, value, mask=None):
    lead, (Tq, d_k), (Tk, d_v) = query.shape[:-2], query.shape[-2:], value.shape[-2:]
    q, k, v = query.view(-1, Tq, d_k), key.view(-1, Tk, d_k), value.view(-1, Tk, d_v)
    scores = (torch.bmm(q, k.transpose(1, 2)) / math.sqrt(d_k)).view(*lead, Tq, Tk)
    if mask is None:
        weights = softmax(scores, dim=-1)
    else:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = softmax(scores, dim=-1).masked_fill(~mask, 0.0)
    return torch.bmm(weights.reshape(-1, Tq, Tk), v).view(*lead, Tq, d_v), weights
