"""Your merged tensor has the right shape, but it mixes positions: `reshape` just counts the numbers off, and heads come
before positions there. First swap H and T back, then lay the heads side by side.
"""

exercise = "heads"
must_fail = ["test_merge", "test_round_trip"]
may_fail = []


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, num_heads, d_model // num_heads).transpose(1, 2)


def merge_heads(x):
    B, H, T, d_head = x.shape
    return x.reshape(B, T, H * d_head)
