"""Your blocks are right, but you keep the weights of each of them: at the end all Tq x Tk are there at once. Keep
what was found with them, and let them go.
"""

exercise = "frugal-attention"
must_fail = ["test_memory"]
may_fail = []


def frugal_attention(query, key, value, mask=None, block=64):
    found, weights = [], []
    for start in range(0, query.shape[-2], block):
        rows = slice(start, start + block)
        scores = (query[..., rows, :] / math.sqrt(query.shape[-1])) @ key.transpose(-2, -1)
        if mask is not None:
            seen = mask if mask.shape[-2] == 1 else mask[..., rows, :]
            scores = scores.masked_fill(~seen, float("-inf"))
        weights.append(scores.softmax(dim=-1))
        found.append(weights[-1] @ value)
    return torch.cat(found, dim=-2)
