"""The blocks written into a matrix of zeros by slices."""

exercise = "shift-matrix"


def shift_matrix(k, d):
    angle = k * 10000.0 ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
    even = torch.arange(0, d, 2)
    R = torch.zeros(d, d)
    R[even, even] = R[even + 1, even + 1] = angle.cos().float()
    R[even, even + 1] = angle.sin().float()
    R[even + 1, even] = -angle.sin().float()
    return R
