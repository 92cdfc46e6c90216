"""The sum loses the dimension that it is taken over, so the division lines it up with the wrong dimension, or cannot
line it up at all. Keep that dimension, with size 1, and every slice meets its own sum.
"""

exercise = "softmax"
must_fail = []
may_fail = []


def softmax(x, dim=-1):
    weights = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return weights / weights.sum(dim=dim)
