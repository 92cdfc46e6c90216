"""You subtract the mean of the scores. A score can still lie so far above the mean that its exponential overflows, and
one score of minus infinity makes the mean minus infinity, too: subtract the number that leaves nothing above 0.
"""

exercise = "softmax"
must_fail = ["test_large_scores", "test_minus_infinity"]
may_fail = []


def softmax(x, dim=-1):
    weights = torch.exp(x - x.mean(dim=dim, keepdim=True))
    return weights / weights.sum(dim=dim, keepdim=True)
