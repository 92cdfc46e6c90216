"""You make a tensor without saying where, and it lies on the CPU, while the scores lie on the GPU: the two cannot be
added. Make it with `device=query.device`, or do without it.
"""

exercise = "frugal-attention"
must_fail = [
    "test_values",
    "test_masked",
    "test_last_block",
    "test_half_precision",
    "test_stays_on_the_device",
    "test_never_waits",
    "test_memory",
    "test_launches",
    "test_inputs_unchanged",
]
may_fail = ["test_compiles"]


def frugal_attention(query, key, value, mask=None, block=64):
    found = []
    for start in range(0, query.shape[-2], block):
        rows = slice(start, start + block)
        scores = (query[..., rows, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        bias = torch.zeros(scores.shape)
        if mask is not None:
            seen = mask if mask.shape[-2] == 1 else mask[..., rows, :]
            bias.masked_fill_(~seen, float("-inf"))
        found.append((scores + bias).softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
