"""You take one sentence and one head at a time, and all of its queries: its scores are Tq x Tk still, and grow with
the square of the length. Cut the queries.
"""

exercise = "frugal-attention"
must_fail = ["test_memory"]
may_fail = ["test_launches"]


def frugal_attention(query, key, value, mask=None, block=64):
    B, H = query.shape[:2]
    found = []
    for b in range(B):
        heads = []
        for h in range(H):
            scores = (query[b, h] / math.sqrt(query.shape[-1])) @ key[b, h].T
            if mask is not None:
                scores = scores.masked_fill(~mask.expand(B, H, -1, -1)[b, h], float("-inf"))
            heads.append(scores.softmax(dim=-1) @ value[b, h])
        found.append(torch.stack(heads))
    return torch.stack(found)
