"""You compute all Tq x Tk scores and cut them into blocks afterwards: by then they have filled the memory. Cut the
queries, and compute the scores of a block inside of the loop.
"""

exercise = "frugal-attention"
must_fail = ["test_memory"]
may_fail = []


def frugal_attention(query, key, value, mask=None, block=64):
    scores = (query / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    found = []
    for start in range(0, query.shape[-2], block):
        found.append(scores[..., start : start + block, :].softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
