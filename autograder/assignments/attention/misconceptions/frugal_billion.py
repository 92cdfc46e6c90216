"""You hide keys with a number that float16 does not have: its largest is 65504, so there is no -1e9 in it, and no
smallest float32. Under autocast the scores are float16, whatever the query is. Take -inf, or ask
`torch.finfo(scores.dtype)`.
"""

exercise = "frugal-attention"
must_fail = ["test_half_precision"]
may_fail = []


def frugal_attention(query, key, value, mask=None, block=64):
    found = []
    for start in range(0, query.shape[-2], block):
        rows = slice(start, start + block)
        scores = (query[..., rows, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        if mask is not None:
            seen = mask if mask.shape[-2] == 1 else mask[..., rows, :]
            scores = scores.masked_fill(~seen, -1e9)
        found.append(scores.softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
