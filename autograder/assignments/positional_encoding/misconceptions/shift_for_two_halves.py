"""Your matrix fits a code whose first half holds the sines and whose second half the cosines. Ours is interleaved: the
two numbers of a hand are neighbours, so the blocks are 2x2 and stand on the diagonal.
"""

exercise = "shift-matrix"
must_fail = ["test_values", "test_property", "test_back", "test_blocks"]
may_fail = ["test_sizes"]


def shift_matrix(k, d):
    angles = k * 10000.0 ** (-torch.arange(0, d, 2) / d)
    cosine, sine = torch.diag(angles.cos()), torch.diag(angles.sin())
    return torch.cat([torch.cat([cosine, sine], dim=1), torch.cat([-sine, cosine], dim=1)])
