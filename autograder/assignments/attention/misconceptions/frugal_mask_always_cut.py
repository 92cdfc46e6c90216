"""You cut the mask for every block, even where it has a single row for all queries: from the second block on nothing
is left of it. Cut it only where `mask.shape[-2]` is more than 1.
"""

exercise = "frugal-attention"
must_fail = ["test_masked"]
may_fail = [
    "test_last_block",
    "test_half_precision",
    "test_inputs_unchanged",
    "test_stays_on_the_device",
    "test_never_waits",
    "test_launches",
    "test_memory",
    "test_compiles",
]


def frugal_attention(query, key, value, mask=None, block=64):
    found = []
    for start in range(0, query.shape[-2], block):
        rows = slice(start, start + block)
        scores = (query[..., rows, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        if mask is not None:
            scores = scores.masked_fill(~mask[..., rows, :], float("-inf"))
        found.append(scores.softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
