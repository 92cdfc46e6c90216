"""You fit your matrix to a handful of places. It holds for those and fails elsewhere, where a rotation holds for all;
build it from the 2x2 blocks.
"""

exercise = "shift-matrix"
must_fail = ["test_values", "test_property", "test_back"]
may_fail = ["test_sizes", "test_nothing", "test_steps", "test_blocks"]


def shift_matrix(k, d):
    places = torch.arange(3)[:, None] * 10000.0 ** (-torch.arange(0, d, 2) / d)
    moved = places + k * 10000.0 ** (-torch.arange(0, d, 2) / d)
    now, later = (torch.stack([a.sin(), a.cos()], -1).flatten(1) for a in (places, moved))
    return (torch.linalg.pinv(now) @ later).T.contiguous()
