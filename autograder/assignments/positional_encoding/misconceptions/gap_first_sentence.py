"""You look at the first sentence of the batch only. The largest difference is taken over all sentences, all words and all
numbers.
"""

exercise = "equivariance"
must_fail = ["test_whole_batch"]
may_fail = ["test_knows_order", "test_invariant", "test_recurrent", "test_square"]


def permutation_gap(layer, x, order):
    return (layer(x[:, order]) - layer(x)[:, order])[0].abs().max()
