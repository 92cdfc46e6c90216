"""You divide the scores themselves by their sum. Scores may be negative, and a probability may not: the exponential
comes first, because it makes every score positive and keeps their order.
"""

exercise = "softmax"
must_fail = []
may_fail = []


def softmax(x, dim=-1):
    return x / x.sum(dim=dim, keepdim=True)
