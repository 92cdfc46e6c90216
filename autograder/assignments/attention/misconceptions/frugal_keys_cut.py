"""You cut the keys along with the queries, so that each block looks at itself alone. A query looks at all keys."""

exercise = "frugal-attention"
must_fail = ["test_values", "test_masked", "test_last_block", "test_half_precision", "test_compiles"]
may_fail = ["test_inputs_unchanged", "test_stays_on_the_device", "test_never_waits", "test_launches", "test_memory"]


def frugal_attention(query, key, value, mask=None, block=64):
    found = []
    for start in range(0, query.shape[-2], block):
        rows = slice(start, start + block)
        scores = (query[..., rows, :] / math.sqrt(query.shape[-1])) @ key[..., rows, :].transpose(-2, -1)
        if mask is not None:
            seen = mask if mask.shape[-2] == 1 else mask[..., rows, :]
            scores = scores.masked_fill(~seen[..., rows], float("-inf"))
        found.append(scores.softmax(dim=-1) @ value[..., rows, :])
    return torch.cat(found, dim=-2)
