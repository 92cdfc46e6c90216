"""Each of your numbers depends on its own score alone, as in a sigmoid, so a slice does not sum to 1. In a softmax the
scores of a slice compete: each exponential is divided by the sum of all of them.
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
    return 1 / (1 + torch.exp(-x))
