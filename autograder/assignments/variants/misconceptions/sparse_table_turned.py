"""You read the table by columns: a block looks at those that should look at it. Rows look at columns."""

exercise = "bigbird-attention"
must_fail = ["test_values", "test_pads", "test_gradients"]
may_fail = ["test_last_block"]


def bigbird_attention(query, key, value, blocks, block, real=None):
    T, scale = query.shape[-2], query.shape[-1] ** -0.5
    place = torch.arange(T, device=query.device)
    found = []
    for row, start in enumerate(range(0, T, block)):
        columns = place[blocks[:, row][place // block]]
        mine = query[..., start:start + block, :] * scale
        scores = mine @ key[..., columns, :].transpose(-2, -1)
        if real is not None:
            hidden = ~real[:, None, None, columns]
            scores = scores.masked_fill(hidden, torch.finfo(scores.dtype).min)
            shares = scores.softmax(-1).masked_fill(hidden, 0.0)
        else:
            shares = scores.softmax(-1)
        found.append(shares @ value[..., columns, :])
    return torch.cat(found, dim=-2)
