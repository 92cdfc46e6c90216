"""You make heads of size `num_heads`. `num_heads` says how many there are; each gets d_model / num_heads features."""

exercise = "heads"
must_fail = ["test_split", "test_single_position"]
may_fail = []


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    return x.reshape(B, T, d_model // num_heads, num_heads).transpose(1, 2)


def merge_heads(x):
    B, H, T, d_head = x.shape
    return x.transpose(1, 2).reshape(B, T, H * d_head)
