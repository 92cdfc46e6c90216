"""You index the first axis, the batch, so that you shuffle sentences and not the words in them. The words are on axis 1:
x[:, order].
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
    return (layer(x[order % x.shape[0]]) - layer(x)[order % x.shape[0]]).abs().max()
