"""You compare the layer's output for the shuffled words with its output for the words as they were. That measures whether
the layer is invariant. For equivariance the output of layer(x) has to be shuffled in the same way before you compare.
"""

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
]
may_fail = []


def permutation_gap(layer, x, order):
    return (layer(x[:, order]) - layer(x)).abs().max()
