"""You neither swap positions and heads when you split, nor when you merge. The two mistakes undo each other, so that
what is split and merged looks right; in between, a head gets some positions in full instead of a part of every
position.
"""

exercise = "heads"
must_fail = []
may_fail = []


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    return x.reshape(B, num_heads, T, d_model // num_heads)


def merge_heads(x):
    B, H, T, d_head = x.shape
    return x.reshape(B, T, H * d_head)
