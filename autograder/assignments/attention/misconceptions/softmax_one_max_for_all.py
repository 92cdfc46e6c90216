"""You subtract one maximum, the largest of the whole tensor, from every slice. A slice that lies far below it then has
only exponentials of 0, and 0 divided by 0 is NaN: each slice needs its own maximum.
"""

exercise = "softmax"
must_fail = ["test_large_scores", "test_each_slice_by_itself"]
may_fail = []


def softmax(x, dim=-1):
    weights = torch.exp(x - x.max())
    return weights / weights.sum(dim=dim, keepdim=True)
