"""You build a new tensor out of the numbers of the old one (`.tolist()`, `.numpy()`, `torch.tensor(…)`), and so no
gradient flows back through it. Reshape, transpose, cut or join the tensor itself.
"""

exercise = "heads"
must_fail = ["test_gradients"]
may_fail = []


def split_heads(x, num_heads):
    d_head = x.shape[-1] // num_heads
    parts = [x[:, :, h * d_head : (h + 1) * d_head].tolist() for h in range(num_heads)]
    return torch.tensor(parts, dtype=x.dtype, device=x.device).transpose(0, 1)


def merge_heads(x):
    parts = [x[:, h].tolist() for h in range(x.shape[1])]
    return torch.cat([torch.tensor(part, dtype=x.dtype, device=x.device) for part in parts], dim=-1)
