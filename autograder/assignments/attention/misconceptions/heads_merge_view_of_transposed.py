"""`view` cannot look at a tensor whose numbers do not lie in order in memory, and after a transpose they do not. It
only seems to work when the tensor comes straight out of split_heads, where two transposes undo each other; `reshape`
copies where that is needed.
"""

exercise = "heads"
must_fail = ["test_merge", "test_gradients", "test_dtype", "test_non_contiguous", "test_inputs_unchanged"]
may_fail = []


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, num_heads, d_model // num_heads).transpose(1, 2)


def merge_heads(x):
    B, H, T, d_head = x.shape
    return x.transpose(1, 2).view(B, T, H * d_head)
