"""You move what each block has found to the CPU, to save the GPU's memory. For each block the GPU is waited for, and
whoever needs the output has to move it back.
"""

exercise = "frugal-attention"
must_fail = ["test_stays_on_the_device", "test_never_waits"]
may_fail = ["test_compiles"]


def frugal_attention(query, key, value, mask=None, block=64):
    found = []
    for start in range(0, query.shape[-2], block):
        rows = slice(start, start + block)
        scores = (query[..., rows, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        if mask is not None:
            seen = mask if mask.shape[-2] == 1 else mask[..., rows, :]
            scores = scores.masked_fill(~seen, float("-inf"))
        found.append((scores.softmax(dim=-1) @ value).cpu())
    return torch.cat(found, dim=-2)
