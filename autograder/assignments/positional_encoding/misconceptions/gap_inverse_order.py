"""You shuffle the words by `order` and the output by the inverse of `order`. For orders that are their own inverse
(swapping two words) nobody notices. Both have to be shuffled in the same way.
"""

exercise = "equivariance"
must_fail = ["test_equivariant", "test_knows_order", "test_places", "test_recurrent", "test_sign", "test_whole_batch"]
may_fail = ["test_square"]


def permutation_gap(layer, x, order):
    return (layer(x[:, order]) - layer(x)[:, torch.argsort(order)]).abs().max()
