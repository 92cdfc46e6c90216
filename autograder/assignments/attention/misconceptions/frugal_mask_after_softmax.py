"""You set weights to 0 after the softmax: the rest of a row then no longer sums to 1. Hide the scores before it."""

exercise = "frugal-attention"
must_fail = ["test_masked", "test_last_block", "test_half_precision", "test_compiles"]
may_fail = []


def frugal_attention(query, key, value, mask=None, block=64):
    found = []
    for start in range(0, query.shape[-2], block):
        rows = slice(start, start + block)
        scores = (query[..., rows, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        shares = scores.softmax(dim=-1)
        if mask is not None:
            seen = mask if mask.shape[-2] == 1 else mask[..., rows, :]
            shares = shares.masked_fill(~seen, 0.0)
        found.append(shares @ value)
    return torch.cat(found, dim=-2)
