"""A matrix for each row."""

exercise = "rotary"


def rotary(x, start=0):
    rows = []
    for j in range(x.shape[-2]):
        row = torch.empty_like(x[..., j, :])
        for i in range(0, x.shape[-1], 2):
            angle = (start + j) * 10000 ** (-i / x.shape[-1])
            row[..., i] = x[..., j, i] * math.cos(angle) - x[..., j, i + 1] * math.sin(angle)
            row[..., i + 1] = x[..., j, i] * math.sin(angle) + x[..., j, i + 1] * math.cos(angle)
        rows.append(row)
    return torch.stack(rows, dim=-2)
