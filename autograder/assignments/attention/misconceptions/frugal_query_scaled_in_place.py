"""Your numbers are right, but `query /= …` divides the caller's own tensor. Make a new one."""

exercise = "frugal-attention"
must_fail = ["test_inputs_unchanged"]
may_fail = ["test_values", "test_masked", "test_last_block", "test_half_precision", "test_compiles"]


def frugal_attention(query, key, value, mask=None, block=64):
    query /= math.sqrt(query.shape[-1])
    found = []
    for start in range(0, query.shape[-2], block):
        rows = slice(start, start + block)
        scores = query[..., rows, :] @ key.transpose(-2, -1)
        if mask is not None:
            seen = mask if mask.shape[-2] == 1 else mask[..., rows, :]
            scores = scores.masked_fill(~seen, float("-inf"))
        found.append(scores.softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
