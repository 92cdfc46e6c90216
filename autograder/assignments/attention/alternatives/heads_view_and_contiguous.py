"""The classic: view, then transpose; transpose, contiguous, then view."""

exercise = "heads"


def split_heads(x, num_heads):
    B, T, d_model = x.size()
    return x.view(B, T, num_heads, d_model // num_heads).transpose(1, 2).contiguous()


def merge_heads(x):
    B, H, T, d_head = x.size()
    return x.transpose(1, 2).contiguous().view(B, T, H * d_head)
