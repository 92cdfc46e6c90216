"""The order as a matrix of zeros and ones."""

exercise = "equivariance"


def permutation_gap(layer, x, order):
    P = F.one_hot(order, len(order)).to(x.dtype)
    difference = layer(P @ x) - P @ layer(x)
    return torch.maximum(difference.max(), -difference.min())
