"""You turn round the dimensions of the argument itself, so the caller's tensor has another shape afterwards. Functions
that end in an underscore change a tensor in place: use the ones without it.
"""

exercise = "heads"
must_fail = ["test_gradients", "test_inputs_unchanged"]
may_fail = []


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, num_heads, d_model // num_heads).transpose(1, 2)


def merge_heads(x):
    B, H, T, d_head = x.shape
    return x.transpose_(1, 2).reshape(B, T, H * d_head)
