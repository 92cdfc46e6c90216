"""You make a tensor on the CPU that has to work together with x, and x may live on a GPU. A tensor that you make needs
the device of the one it meets.
"""

exercise = "heads"
must_fail = ["test_device"]
may_fail = []


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    d_head = d_model // num_heads
    parts = [x.index_select(-1, torch.arange(h * d_head, (h + 1) * d_head)) for h in range(num_heads)]
    return torch.stack(parts, dim=1)


def merge_heads(x):
    B, H, T, d_head = x.shape
    return x.transpose(1, 2).reshape(B, T, H * d_head)
