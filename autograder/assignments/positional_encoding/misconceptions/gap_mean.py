"""You take the average of the differences where the largest one is asked for. In a long sentence an average hides a
single word that is off.
"""

exercise = "equivariance"
must_fail = [
    "test_knows_order",
    "test_invariant",
    "test_places",
    "test_recurrent",
    "test_sign",
    "test_whole_batch",
    "test_square",
]
may_fail = []


def permutation_gap(layer, x, order):
    return (layer(x[:, order]) - layer(x)[:, order]).abs().mean()
