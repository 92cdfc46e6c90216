"""Row |k| of the code holds the sines and cosines that the blocks are made of."""

exercise = "shift-matrix"


def shift_matrix(k, d):
    row = sinusoidal_encoding(abs(k) + 1, d)[abs(k)]
    sine, cosine = row[0::2] * (1 if k >= 0 else -1), row[1::2]
    diagonal = cosine.repeat_interleave(2)
    beside = torch.stack([sine, torch.zeros_like(sine)], dim=1).flatten()[:-1]
    return torch.diag(diagonal) + torch.diag(beside, 1) - torch.diag(beside, -1)
