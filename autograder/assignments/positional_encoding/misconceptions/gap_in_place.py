"""You shuffle the words in place, so the caller's sentence is changed, and both outputs come from shuffled words.
Indexing x[:, order] makes a new tensor; `x[:] = …` writes into the old one.
"""

exercise = "equivariance"
must_fail = ["test_equivariant", "test_places", "test_sign", "test_whole_batch", "test_inputs_unchanged"]
may_fail = ["test_knows_order", "test_recurrent", "test_square"]


def permutation_gap(layer, x, order):
    x[:] = x[:, order]
    first = layer(x)
    return (first - layer(x)[:, order]).abs().max()
