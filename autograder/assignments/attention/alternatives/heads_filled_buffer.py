"""Slices copied into a buffer that is made like x."""

exercise = "heads"


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    d = d_model // num_heads
    heads = x.new_empty(B, num_heads, T, d)
    for h in range(num_heads):
        heads[:, h] = x[..., h * d : (h + 1) * d]
    return heads


def merge_heads(x):
    B, H, T, d = x.shape
    merged = torch.zeros(B, T, H * d, dtype=x.dtype, device=x.device)
    for h in range(H):
        merged[..., h * d : (h + 1) * d] = x[:, h]
    return merged
