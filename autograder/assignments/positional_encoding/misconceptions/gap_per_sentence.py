"""You return a gap for each sentence. One number is asked for: the largest difference over everything."""

exercise = "equivariance"
must_fail = [
    "test_equivariant",
    "test_knows_order",
    "test_invariant",
    "test_places",
    "test_recurrent",
    "test_sign",
    "test_whole_batch",
    "test_square",
    "test_given_order",
]
may_fail = []


def permutation_gap(layer, x, order):
    return (layer(x[:, order]) - layer(x)[:, order]).abs().amax(dim=(1, 2))
