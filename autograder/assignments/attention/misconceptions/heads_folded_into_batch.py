"""You fold the heads into the batch dimension. Attention itself would not mind, but batch and heads can no longer be
told apart where masks are made for sentences; keep them as dimensions of their own, (B, H, T, d_head).
"""

exercise = "heads"
must_fail = ["test_split", "test_single_position", "test_round_trip"]
may_fail = []


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, num_heads, d_model // num_heads).transpose(1, 2).flatten(0, 1)


def merge_heads(x):
    B, H, T, d_head = x.shape
    return x.transpose(1, 2).reshape(B, T, H * d_head)
