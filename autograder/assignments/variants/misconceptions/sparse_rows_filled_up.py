"""Rows that see fewer blocks are filled up with block 0, so that all are equally long, and nothing hides what only
fills up: block 0 is counted several times. Mask what is not asked for."""

exercise = "bigbird-attention"
must_fail = ["test_values"]
may_fail = ["test_last_block", "test_pads", "test_gradients", "test_work"]


def bigbird_attention(query, key, value, blocks, block, real=None):
    T, scale = query.shape[-2], query.shape[-1] ** -0.5
    place = torch.arange(T, device=query.device)
    found = []
    for row, start in enumerate(range(0, T, block)):
        seen = blocks[row].nonzero().flatten()
        most = int(blocks.sum(1).max())
        seen = torch.cat([seen, seen.new_zeros(most - len(seen))])
        columns = torch.cat([place[int(b) * block:(int(b) + 1) * block] for b in seen])
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
