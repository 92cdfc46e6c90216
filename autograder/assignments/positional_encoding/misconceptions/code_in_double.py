"""Your numbers are right, but they are float64. The model's words are float32, and so has to be what is added to them:
end with `.float()`.
"""

exercise = "sinusoidal-encoding"
must_fail = ["test_values", "test_first_pair", "test_slowest_pair", "test_sizes", "test_first_place", "test_same_place"]
may_fail = []


def sinusoidal_encoding(T, d):
    speeds = 10000.0 ** (-torch.arange(0, d, 2) / d)
    angles = torch.arange(T, dtype=torch.float64)[:, None] * speeds
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
