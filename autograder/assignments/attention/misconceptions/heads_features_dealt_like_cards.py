"""You deal the features out like cards: the first to head 0, the second to head 1, and so on. A head gets neighbouring
features: split d_model into (H, d_head), not into (d_head, H).
"""

exercise = "heads"
must_fail = ["test_split", "test_single_position", "test_round_trip"]
may_fail = []


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, d_model // num_heads, num_heads).permute(0, 3, 1, 2)


def merge_heads(x):
    B, H, T, d_head = x.shape
    return x.transpose(1, 2).reshape(B, T, H * d_head)
