"""einsum only swaps the letters; reshape does the rest."""

exercise = "heads"


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    return torch.einsum("bthd->bhtd", x.reshape(B, T, num_heads, d_model // num_heads))


def merge_heads(x):
    B, H, T, d_head = x.shape
    return torch.einsum("bhtd->bthd", x).reshape(B, T, H * d_head)
