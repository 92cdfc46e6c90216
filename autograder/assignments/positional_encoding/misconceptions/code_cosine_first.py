"""In your pairs the cosine comes first. The formula puts the sine into the even columns and the cosine into the odd ones."""

exercise = "sinusoidal-encoding"
must_fail = ["test_values", "test_first_pair", "test_slowest_pair", "test_sizes", "test_first_place"]
may_fail = []


def sinusoidal_encoding(T, d):
    speeds = 10000.0 ** (-torch.arange(0, d, 2) / d)
    angles = torch.arange(T)[:, None] * speeds
    return torch.stack([angles.cos(), angles.sin()], dim=-1).flatten(1)
