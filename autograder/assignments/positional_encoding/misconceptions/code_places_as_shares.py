"""You divide the places by their number, so that they run from 0 to 1. Then the code of a place depends on the length of
the sentence, and a step of one word means something else in each.
"""

exercise = "sinusoidal-encoding"
must_fail = ["test_values", "test_first_pair", "test_slowest_pair", "test_sizes", "test_same_place", "test_distance"]
may_fail = []


def sinusoidal_encoding(T, d):
    speeds = 10000.0 ** (-torch.arange(0, d, 2) / d)
    angles = (torch.arange(T) / T)[:, None] * speeds
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
