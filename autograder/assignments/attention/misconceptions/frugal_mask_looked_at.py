"""You look into the mask to see whether it hides anything (`if mask.all():`, `if mask.any():`). To know that, Python
has to wait until the GPU has done all that is in its queue. Masking where nothing is hidden costs far less.
"""

exercise = "frugal-attention"
must_fail = ["test_never_waits", "test_compiles"]
may_fail = ["test_launches"]


def frugal_attention(query, key, value, mask=None, block=64):
    found = []
    for start in range(0, query.shape[-2], block):
        rows = slice(start, start + block)
        scores = (query[..., rows, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        if mask is not None and not mask.all():
            seen = mask if mask.shape[-2] == 1 else mask[..., rows, :]
            scores = scores.masked_fill(~seen, float("-inf"))
        found.append(scores.softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
