"""You spread the mask out to all Tq x Tk pairs before you cut it. A mask with one row is the same for every query:
leave it as small as it is, and let it broadcast inside of the block.
"""

exercise = "frugal-attention"
must_fail = ["test_memory"]
may_fail = []


def frugal_attention(query, key, value, mask=None, block=64):
    if mask is not None:
        everywhere = torch.ones(*query.shape[:-1], key.shape[-2], dtype=torch.bool, device=query.device)
        mask = mask & everywhere

    found = []
    for start in range(0, query.shape[-2], block):
        rows = slice(start, start + block)
        scores = (query[..., rows, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        if mask is not None:
            seen = mask if mask.shape[-2] == 1 else mask[..., rows, :]
            scores = scores.masked_fill(~seen, float("-inf"))
        found.append(scores.softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
