"""Two loops and the math module."""

exercise = "sinusoidal-encoding"


def sinusoidal_encoding(T, d):
    code = torch.zeros(T, d)
    for t in range(T):
        for j in range(d):
            angle = t / 10000 ** ((j - j % 2) / d)
            code[t, j] = math.cos(angle) if j % 2 else math.sin(angle)
    return code
