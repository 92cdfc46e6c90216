"""You take one query at a time, whatever the block. The numbers are right, but a GPU is asked for thousands of small
operations, and each costs a launch.
"""

exercise = "frugal-attention"
must_fail = ["test_launches"]
may_fail = ["test_memory"]


def frugal_attention(query, key, value, mask=None, block=64):
    if mask is not None:
        mask = mask.expand(-1, -1, query.shape[-2], -1)
    found = []
    for row in range(query.shape[-2]):
        scores = (query[..., row : row + 1, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        if mask is not None:
            scores = scores.masked_fill(~mask[..., row : row + 1, :], float("-inf"))
        found.append(scores.softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
