"""You draw an order of your own and do not use the one you are given. Then a test cannot be repeated, and an order in
which nothing moves still gives a gap.
"""

exercise = "equivariance"
must_fail = ["test_sign", "test_whole_batch", "test_given_order"]
may_fail = ["test_knows_order", "test_invariant", "test_places", "test_recurrent", "test_square"]


def permutation_gap(layer, x, order):
    order = torch.arange(x.shape[1] - 1, -1, -1)
    return (layer(x[:, order]) - layer(x)[:, order]).abs().max()
