"""You write the blocks into a tensor made by `torch.zeros(…)` without a device: it lies on the CPU. Say
`device=query.device`.
"""

exercise = "frugal-attention"
must_fail = ["test_stays_on_the_device"]
may_fail = ["test_never_waits", "test_compiles", "test_half_precision"]


def frugal_attention(query, key, value, mask=None, block=64):
    output = torch.zeros(*query.shape[:-1], value.shape[-1])
    for start in range(0, query.shape[-2], block):
        rows = slice(start, start + block)
        scores = (query[..., rows, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        if mask is not None:
            seen = mask if mask.shape[-2] == 1 else mask[..., rows, :]
            scores = scores.masked_fill(~seen, float("-inf"))
        output[..., rows, :] = scores.softmax(dim=-1) @ value
    return output
