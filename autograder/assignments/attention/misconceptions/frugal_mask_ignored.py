"""You take a mask and never use it."""

exercise = "frugal-attention"
must_fail = ["test_masked", "test_last_block", "test_half_precision", "test_compiles"]
may_fail = []


def frugal_attention(query, key, value, mask=None, block=64):
    found = []
    for start in range(0, query.shape[-2], block):
        rows = slice(start, start + block)
        scores = (query[..., rows, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        found.append(scores.softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
