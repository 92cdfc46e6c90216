"""Shuffles first, and puts the output back with the inverse order; a Python float."""

exercise = "equivariance"


def permutation_gap(layer, x, order):
    back = torch.argsort(order)
    return (layer(x[:, order])[:, back] - layer(x)).abs().max().item()
