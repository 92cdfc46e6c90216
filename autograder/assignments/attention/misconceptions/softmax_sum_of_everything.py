"""You divide by the sum over the whole tensor, so that all its numbers together sum to 1. Every slice along `dim` is to
sum to 1 by itself.
"""

exercise = "softmax"
must_fail = []
may_fail = []


def softmax(x, dim=-1):
    weights = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return weights / weights.sum()
