"""You cut the queries into blocks with `reshape` or `view`, which needs Tq to be a multiple of `block`. Texts are as
long as they are: slices take a shorter last block, too.
"""

exercise = "frugal-attention"
must_fail = ["test_last_block"]
may_fail = [
    "test_half_precision",
    "test_compiles",
    "test_stays_on_the_device",
    "test_never_waits",
    "test_inputs_unchanged",
    "test_memory",
    "test_masked",
]


def frugal_attention(query, key, value, mask=None, block=64):
    B, H, Tq, d_k = query.shape
    blocks = query.reshape(B, H, -1, block, d_k)
    found = []
    for number in range(blocks.shape[2]):
        rows = slice(number * block, (number + 1) * block)
        scores = (blocks[:, :, number] / math.sqrt(d_k)) @ key.transpose(-2, -1)
        if mask is not None:
            seen = mask if mask.shape[-2] == 1 else mask[..., rows, :]
            scores = scores.masked_fill(~seen, float("-inf"))
        found.append(scores.softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
