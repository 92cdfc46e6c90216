"""You clip large scores, so that two different large scores become equal and get the same probability. Shifting all
scores of a slice by the same number avoids the overflow without changing the result.
"""

exercise = "softmax"
must_fail = ["test_large_scores", "test_each_slice_by_itself"]
may_fail = []


def softmax(x, dim=-1):
    weights = torch.exp(x.clamp(-50, 50))
    return weights / weights.sum(dim=dim, keepdim=True)
