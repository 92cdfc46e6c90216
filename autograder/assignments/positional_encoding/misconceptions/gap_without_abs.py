"""You take the largest difference with its sign, so that large negative differences do not count. Take the absolute value
first.
"""

exercise = "equivariance"
must_fail = ["test_whole_batch"]
may_fail = ["test_knows_order", "test_invariant", "test_places", "test_recurrent", "test_square"]


def permutation_gap(layer, x, order):
    return (layer(x[:, order]) - layer(x)[:, order]).max()
