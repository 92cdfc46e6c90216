"""You merge feature by feature: first the first feature of all heads, then the second. The heads are to lie side by
side, each with its features together.
"""

exercise = "heads"
must_fail = ["test_merge", "test_round_trip"]
may_fail = []


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, num_heads, d_model // num_heads).transpose(1, 2)


def merge_heads(x):
    B, H, T, d_head = x.shape
    return x.permute(0, 2, 3, 1).reshape(B, T, H * d_head)
