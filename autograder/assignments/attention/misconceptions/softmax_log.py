"""You return logarithms of probabilities: they are negative, and it is their exponentials that sum to 1. Return the
probabilities themselves.
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
    shifted = x - x.amax(dim=dim, keepdim=True)
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()
