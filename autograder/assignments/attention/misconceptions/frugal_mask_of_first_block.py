"""Every block gets the first rows of the mask. Cut the mask with the same slice as the queries."""

exercise = "frugal-attention"
must_fail = ["test_masked"]
may_fail = ["test_last_block", "test_half_precision", "test_compiles"]


def frugal_attention(query, key, value, mask=None, block=64):
    found = []
    for start in range(0, query.shape[-2], block):
        chosen = query[..., start : start + block, :]
        scores = (chosen / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        if mask is not None:
            scores = scores.masked_fill(~mask[..., : chosen.shape[-2], :], float("-inf"))
        found.append(scores.softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
