"""Your blocks hold 64 queries, whatever `block` says: then nobody can fit them to the memory there is."""

exercise = "frugal-attention"
must_fail = ["test_launches"]
may_fail = ["test_memory"]


def frugal_attention(query, key, value, mask=None, block=64):
    found = []
    for start in range(0, query.shape[-2], 64):
        rows = slice(start, start + 64)
        scores = (query[..., rows, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        if mask is not None:
            seen = mask if mask.shape[-2] == 1 else mask[..., rows, :]
            scores = scores.masked_fill(~seen, float("-inf"))
        found.append(scores.softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
