"""You read a number off the GPU to look at it (`.item()`, `.tolist()`, a comparison in an `if`). Each time Python has
to wait until the GPU has done all that is in its queue.
"""

exercise = "frugal-attention"
must_fail = ["test_never_waits", "test_compiles"]
may_fail = ["test_launches"]


def frugal_attention(query, key, value, mask=None, block=64):
    found = []
    for start in range(0, query.shape[-2], block):
        rows = slice(start, start + block)
        scores = (query[..., rows, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        if mask is not None:
            seen = mask if mask.shape[-2] == 1 else mask[..., rows, :]
            scores = scores.masked_fill(~seen, float("-inf"))
        if scores.isnan().any().item():
            raise ValueError("a score is not a number")
        found.append(scores.softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
