"""The sum loses the dimension that it is taken over, so the division lines it up with the wrong dimension, or cannot
line it up at all. Keep that dimension, with size 1, and every slice meets its own sum.
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
    "test_input_unchanged",
]
may_fail = []


def softmax(x, dim=-1):
    weights = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return weights / weights.sum(dim=dim)
