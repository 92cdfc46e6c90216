"""A query that may look at nothing gets the average of pads: after softmax all its hidden scores have equal shares.
Set the shares of what is hidden to zero."""

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
            scores = scores.masked_fill(hidden, torch.finfo(scores.dtype).min)
            shares = scores.softmax(-1)
        else:
            shares = scores.softmax(-1)
        found.append(shares @ value[..., columns, :])
    return torch.cat(found, dim=-2)
