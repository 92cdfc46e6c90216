"""You return logarithms of probabilities: they are negative, and it is their exponentials that sum to 1. Return the
probabilities themselves.
"""

exercise = "softmax"
must_fail = []
may_fail = []


def softmax(x, dim=-1):
    shifted = x - x.amax(dim=dim, keepdim=True)
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()
