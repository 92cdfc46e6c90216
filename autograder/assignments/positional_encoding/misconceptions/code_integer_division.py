"""All your hands turn at the same speed: `//` makes 2i/d a whole number, which is 0 for every column. Use `/`."""

exercise = "sinusoidal-encoding"
must_fail = ["test_values", "test_slowest_pair", "test_sizes", "test_distance"]
may_fail = []


def sinusoidal_encoding(T, d):
    speeds = 10000.0 ** (-(torch.arange(0, d, 2) // d))
    angles = torch.arange(T)[:, None] * speeds
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
