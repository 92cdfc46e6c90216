"""Your last block is lost where it is shorter than the others: `Tq // block` rounds down. Let `range(0, Tq, block)`
count; a slice may reach beyond the end.
"""

exercise = "frugal-attention"
must_fail = ["test_last_block"]
may_fail = ["test_half_precision", "test_compiles"]


def frugal_attention(query, key, value, mask=None, block=64):
    found = []
    for number in range(query.shape[-2] // block):
        rows = slice(number * block, (number + 1) * block)
        scores = (query[..., rows, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        if mask is not None:
            seen = mask if mask.shape[-2] == 1 else mask[..., rows, :]
            scores = scores.masked_fill(~seen, float("-inf"))
        found.append(scores.softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
