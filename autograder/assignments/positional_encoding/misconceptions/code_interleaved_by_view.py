"""You make sines and cosines one after the other and cut that row at other places with `view`. `view` never swaps two
axes: put the pairs on a new LAST axis first.
"""

exercise = "sinusoidal-encoding"
must_fail = [
    "test_values",
    "test_first_pair",
    "test_slowest_pair",
    "test_sizes",
    "test_first_place",
    "test_pairs",
    "test_same_place",
    "test_distance",
]
may_fail = []


def sinusoidal_encoding(T, d):
    speeds = 10000.0 ** (-torch.arange(0, d, 2) / d)
    angles = torch.arange(T)[:, None] * speeds
    return torch.stack([angles.sin(), angles.cos()]).reshape(T, d)
