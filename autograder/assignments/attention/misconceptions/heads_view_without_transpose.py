"""Your heads have the right shape, but they are cut out of the wrong axis: `view(B, H, T, d_head)` just counts the
numbers off, so a head gets some positions in full instead of a part of every position. First split the features, (B,
T, H, d_head), then swap T and H.
"""

exercise = "heads"
must_fail = ["test_split", "test_round_trip"]
may_fail = []


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    return x.reshape(B, num_heads, T, d_model // num_heads)


def merge_heads(x):
    B, H, T, d_head = x.shape
    return x.transpose(1, 2).reshape(B, T, H * d_head)
