"""Your speeds reach 1/10000 exactly: you divide i by d/2 - 1 instead of d/2. There is code that does so, but the formula
of the paper divides 2i by d.
"""

exercise = "sinusoidal-encoding"
must_fail = ["test_values", "test_slowest_pair", "test_sizes", "test_distance"]
may_fail = []


def sinusoidal_encoding(T, d):
    speeds = 10000.0 ** (-torch.arange(d // 2) / max(d // 2 - 1, 1))
    angles = torch.arange(T)[:, None] * speeds
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
