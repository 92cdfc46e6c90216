"""You print in the loop. torch.compile cannot put that into its graph, and falls apart into pieces; take it out when
you have seen enough.
"""

exercise = "frugal-attention"
must_fail = ["test_compiles"]
may_fail = []


def frugal_attention(query, key, value, mask=None, block=64):
    found = []
    for start in range(0, query.shape[-2], block):
        print(f"{start} of {query.shape[-2]} queries")
        rows = slice(start, start + block)
        scores = (query[..., rows, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        if mask is not None:
            seen = mask if mask.shape[-2] == 1 else mask[..., rows, :]
            scores = scores.masked_fill(~seen, float("-inf"))
        found.append(scores.softmax(dim=-1) @ value)
    return torch.cat(found, dim=-2)
