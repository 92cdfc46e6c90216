"""reshape and permute."""

exercise = "heads"


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    d_head = int(d_model / num_heads)
    return torch.reshape(x, (B, T, num_heads, d_head)).permute(0, 2, 1, 3)


def merge_heads(x):
    return x.permute(0, 2, 1, 3).reshape(x.shape[0], x.shape[2], -1)
