"""Your cosines have an exponent of their own, made of their own column number 2i + 1. The sine in column 2i and the
cosine in column 2i + 1 share one speed, or they are no pair.
"""

exercise = "sinusoidal-encoding"
must_fail = ["test_values", "test_first_pair", "test_slowest_pair", "test_sizes", "test_pairs", "test_distance"]
may_fail = []


def sinusoidal_encoding(T, d):
    column = torch.arange(d)
    angles = torch.arange(T)[:, None] * 10000.0 ** (-column / d)
    return torch.where(column % 2 == 0, angles.sin(), angles.cos())
