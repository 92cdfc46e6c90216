"""You hand the whole mask to every block. Where it has a row for each query, it has to be cut like the queries."""

exercise = "frugal-attention"
must_fail = ["test_masked"]
may_fail = [
    "test_last_block",
    "test_half_precision",
    "test_inputs_unchanged",
    "test_stays_on_the_device",
    "test_never_waits",
    "test_launches",
    "test_compiles",
]


def frugal_attention(query, key, value, mask=None, block=64):
    found = []
    for start in range(0, query.shape[-2], block):
        scores = (query[..., start : start + block, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        found.append(scores.softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
