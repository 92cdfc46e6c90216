"""The last block is filled up with zeros to full length, and these zeros are looked at: a key of zeros has the score
0, which is a share like any other. Hide what fills up."""

exercise = "bigbird-attention"
must_fail = ["test_last_block"]


def bigbird_attention(query, key, value, blocks, block, real=None):
    length, missing = query.shape[-2], -query.shape[-2] % block
    query, key, value = (F.pad(tensor, (0, 0, 0, missing)) for tensor in (query, key, value))
    if real is not None:
        real = F.pad(real, (0, missing))
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
            shares = scores.softmax(-1).masked_fill(hidden, 0.0)
        else:
            shares = scores.softmax(-1)
        found.append(shares @ value[..., columns, :])
    return torch.cat(found, dim=-2)[..., :length, :]
