"""Each of your numbers depends on its own score alone, as in a sigmoid, so a slice does not sum to 1. In a softmax the
scores of a slice compete: each exponential is divided by the sum of all of them.
"""

exercise = "softmax"
must_fail = []
may_fail = []


def softmax(x, dim=-1):
    return 1 / (1 + torch.exp(-x))
