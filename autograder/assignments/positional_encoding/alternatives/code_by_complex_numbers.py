"""The hands as complex numbers; the real part is the cosine."""

exercise = "sinusoidal-encoding"
stand_in = True


def sinusoidal_encoding(T, d):
    speeds = torch.logspace(0, 4 * (2 - d) / d, d // 2, base=10.0, dtype=torch.float64)
    angle = torch.outer(torch.arange(T, dtype=torch.float64), speeds)
    hand = torch.view_as_real(torch.polar(torch.ones_like(angle), angle))
    return hand.flip(-1).reshape(T, d).float()
