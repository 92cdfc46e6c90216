"""Your probabilities are right as long as the scores are small, but exp(100) is already too large to store, so large
scores turn into NaN. Adding the same number to all scores of a slice does not change its softmax: choose that number
so that no exponential can overflow.
"""

exercise = "softmax"
must_fail = ["test_large_scores", "test_each_slice_by_itself"]
may_fail = []


def softmax(x, dim=-1):
    weights = torch.exp(x)
    return weights / weights.sum(dim=dim, keepdim=True)
