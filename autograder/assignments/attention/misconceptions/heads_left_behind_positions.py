"""You split the features but leave the heads behind the positions: (B, T, H, d_head). Attention works on the last two
dimensions, so it would compare the heads of one position instead of positions.
"""

exercise = "heads"
must_fail = ["test_split", "test_single_position", "test_round_trip"]
may_fail = []


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, num_heads, d_model // num_heads)


def merge_heads(x):
    B, H, T, d_head = x.shape
    return x.transpose(1, 2).reshape(B, T, H * d_head)
