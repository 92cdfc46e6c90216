"""You divide the scores themselves by their sum. Scores may be negative, and a probability may not: the exponential
comes first, because it makes every score positive and keeps their order.
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
    return x / x.sum(dim=dim, keepdim=True)
