"""You divide by the sum over the whole tensor, so that all its numbers together sum to 1. Every slice along `dim` is to
sum to 1 by itself.
"""

exercise = "softmax"
must_fail = [
    "test_values",
    "test_any_dim",
    "test_large_scores",
    "test_each_slice_by_itself",
    "test_minus_infinity",
    "test_gradients",
    "test_dtype",
    "test_non_contiguous",
]
may_fail = []


def softmax(x, dim=-1):
    weights = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return weights / weights.sum()
