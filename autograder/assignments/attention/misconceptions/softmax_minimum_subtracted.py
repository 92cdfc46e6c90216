"""You subtract the smallest score of each slice. Then the smallest exponential is 1 and the largest may still overflow;
a score of minus infinity makes all others infinite. Shift by the other end of the slice.
"""

exercise = "softmax"
must_fail = ["test_large_scores", "test_minus_infinity"]
may_fail = []


def softmax(x, dim=-1):
    weights = torch.exp(x - x.amin(dim=dim, keepdim=True))
    return weights / weights.sum(dim=dim, keepdim=True)
