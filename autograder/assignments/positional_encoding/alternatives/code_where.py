"""Both for all columns, and a choice."""

exercise = "sinusoidal-encoding"


def sinusoidal_encoding(T, d):
    column = torch.arange(d)
    angle = torch.arange(T).unsqueeze(1) / 10000 ** (2 * torch.div(column, 2, rounding_mode="floor") / d)
    return torch.where(column % 2 == 0, angle.sin(), angle.cos())
