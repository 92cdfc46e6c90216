"""Your places start at 1. The first word stands at place 0, whose code is 0, 1, 0, 1, …"""

exercise = "sinusoidal-encoding"
must_fail = ["test_values", "test_first_pair", "test_slowest_pair", "test_sizes", "test_first_place"]
may_fail = []


def sinusoidal_encoding(T, d):
    speeds = 10000.0 ** (-torch.arange(0, d, 2) / d)
    angles = torch.arange(1, T + 1)[:, None] * speeds
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
