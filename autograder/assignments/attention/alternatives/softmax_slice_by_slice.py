"""A loop over slices, each worked out by itself."""

exercise = "softmax"


def softmax(x, dim=-1):
    rows = x.movedim(dim, -1)
    flat = rows.reshape(-1, rows.shape[-1])
    done = []
    for row in flat:
        powers = torch.exp(row - row.max())
        done.append(powers / powers.sum())
    return torch.stack(done).reshape(rows.shape).movedim(-1, dim)
