"""The classic: a buffer filled by slices, the speeds by exp of a logarithm."""

exercise = "sinusoidal-encoding"


def sinusoidal_encoding(T, d):
    pe = torch.zeros(T, d)
    position = torch.arange(0, T, dtype=torch.float).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, d, 2).float() * (-math.log(10000.0) / d))
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)
    return pe
