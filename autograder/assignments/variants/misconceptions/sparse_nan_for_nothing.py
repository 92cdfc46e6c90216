"""A query that may look at nothing gets `nan`: softmax of nothing but -inf is 0/0. Fill with a large negative number,
and set the hidden shares to zero."""

exercise = "bigbird-attention"
must_fail = ["test_pads", "test_gradients"]


def bigbird_attention(query, key, value, blocks, block, real=None):
    T, scale = query.shape[-2], query.shape[-1] ** -0.5
    place = torch.arange(T, device=query.device)
    found = []
    for row, start in enumerate(range(0, T, block)):
        columns = place[blocks[row][place // block]]
        mine = query[..., start:start + block, :] * scale
        scores = mine @ key[..., columns, :].transpose(-2, -1)
        if real is not None:
            hidden = ~real[:, None, None, columns]
            scores = scores.masked_fill(hidden, float("-inf"))
            shares = scores.softmax(-1)
        else:
            shares = scores.softmax(-1)
        found.append(shares @ value[..., columns, :])
    return torch.cat(found, dim=-2)
