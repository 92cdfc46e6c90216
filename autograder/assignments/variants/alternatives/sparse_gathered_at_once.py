"""All rows but the full ones gathered at once, filled up to the longest of them and masked."""

exercise = "bigbird-attention"


def bigbird_attention(query, key, value, blocks, block, real=None):
    B, H, T, _ = query.shape
    n = len(blocks)
    missing = n * block - T
    query, key, value = (F.pad(t, (0, 0, 0, missing)).unflatten(2, (n, block)) for t in (query, key, value))
    valid = torch.ones(B, T, dtype=torch.bool, device=query.device) if real is None else real
    valid = F.pad(valid, (0, missing)).unflatten(1, (n, block))
    output = torch.zeros_like(value)
    full = blocks.all(dim=1)
    for rows in (full, ~full):
        if not rows.any():
            continue
        order = blocks[rows].int().sort(dim=1, descending=True, stable=True)
        most = int(order.values.sum(1).max())
        columns, there = order.indices[:, :most], order.values[:, :most].bool()
        keys = key[:, :, columns].flatten(3, 4)
        values = value[:, :, columns].flatten(3, 4)
        seen = (valid[:, columns] & there[None, :, :, None]).flatten(2)[:, None, :, None]
        scores = query[:, :, rows] @ keys.transpose(-2, -1) / math.sqrt(query.shape[-1])
        shares = scores.masked_fill(~seen, -1e30).softmax(-1).masked_fill(~seen, 0.0)
        output = output.index_copy(2, rows.nonzero().flatten(), shares @ values)
    return output.flatten(2, 3)[:, :, :T]
