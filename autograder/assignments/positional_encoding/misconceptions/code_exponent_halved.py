"""Your speeds use i/d where the formula says 2i/d, so that the slowest hand turns at 1/100 instead of nearly 1/10000."""

exercise = "sinusoidal-encoding"
must_fail = ["test_values", "test_slowest_pair", "test_sizes", "test_distance"]
may_fail = []


def sinusoidal_encoding(T, d):
    speeds = 10000.0 ** (-torch.arange(d // 2) / d)
    angles = torch.arange(T)[:, None] * speeds
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
