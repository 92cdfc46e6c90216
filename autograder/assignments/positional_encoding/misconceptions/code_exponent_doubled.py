"""Your speeds are what you get when 2i is doubled once more: `torch.arange(0, d, 2)` counts 0, 2, 4 … and is 2i already.
Divide it by d as it is.
"""

exercise = "sinusoidal-encoding"
must_fail = ["test_values", "test_slowest_pair", "test_sizes", "test_distance"]
may_fail = []


def sinusoidal_encoding(T, d):
    speeds = 10000.0 ** (-2 * torch.arange(0, d, 2) / d)
    angles = torch.arange(T)[:, None] * speeds
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
