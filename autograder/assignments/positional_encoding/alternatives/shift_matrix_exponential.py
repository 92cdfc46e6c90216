"""The exponential of k times the generator of the rotations."""

exercise = "shift-matrix"


def shift_matrix(k, d):
    step = torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=torch.float64)
    generator = torch.zeros(d, d, dtype=torch.float64)
    for i in range(0, d, 2):
        generator[i : i + 2, i : i + 2] = step / 10000 ** (i / d)
    return torch.matrix_exp(k * generator).float()
