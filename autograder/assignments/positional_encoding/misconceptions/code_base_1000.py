"""Your base is 1000; the paper's is 10000."""

exercise = "sinusoidal-encoding"
must_fail = ["test_values", "test_slowest_pair", "test_sizes", "test_distance"]
may_fail = []


def sinusoidal_encoding(T, d):
    speeds = 1000.0 ** (-torch.arange(0, d, 2) / d)
    angles = torch.arange(T)[:, None] * speeds
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
