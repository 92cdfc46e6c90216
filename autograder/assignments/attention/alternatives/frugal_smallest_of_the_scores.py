"""Fills with the smallest number of the scores' own dtype, and puts the heads and sentences into one dimension."""

exercise = "frugal-attention"


def frugal_attention(query, key, value, mask=None, block=64):
    B, H, Tq, d_k = query.shape
    queries, keys, values = (x.flatten(0, 1) for x in (query, key, value))
    found = []
    for chosen in torch.arange(Tq).split(block):
        first, last = int(chosen[0]), int(chosen[-1]) + 1
        scores = torch.bmm(queries[:, first:last], keys.transpose(1, 2)) / math.sqrt(d_k)
        if mask is not None:
            seen = mask.expand(B, H, Tq, -1)[:, :, first:last].flatten(0, 1)
            scores = scores.masked_fill(seen.logical_not(), torch.finfo(scores.dtype).min)
        found.append(torch.bmm(torch.softmax(scores, dim=-1), values))
    return torch.cat(found, dim=1).unflatten(0, (B, H))
