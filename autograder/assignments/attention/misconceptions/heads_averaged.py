"""You average the heads where they should be laid side by side. Each head has found something of its own; an average
throws that away, and leaves d_head features where d_model are needed.
"""

exercise = "heads"
must_fail = ["test_merge", "test_round_trip", "test_gradients"]
may_fail = []


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, num_heads, d_model // num_heads).transpose(1, 2)


def merge_heads(x):
    return x.mean(dim=1)
