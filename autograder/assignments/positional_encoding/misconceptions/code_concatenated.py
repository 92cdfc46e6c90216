"""Your sines and cosines are all there, but in two halves: first all sines, then all cosines. They are asked for in turn,
so that each sine has its cosine as a neighbour. Stack them on a new last axis and flatten that.
"""

exercise = "sinusoidal-encoding"
must_fail = ["test_values", "test_first_pair", "test_slowest_pair", "test_first_place", "test_pairs"]
may_fail = ["test_sizes"]


def sinusoidal_encoding(T, d):
    speeds = 10000.0 ** (-torch.arange(0, d, 2) / d)
    angles = torch.arange(T)[:, None] * speeds
    return torch.cat([angles.sin(), angles.cos()], dim=1)
