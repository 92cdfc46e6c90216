"""You copy the numbers into a new tensor of torch's default dtype, float32, whatever dtype came in. A new tensor needs
the dtype (and the device) of the one it is filled from.
"""

exercise = "heads"
must_fail = ["test_dtype"]
may_fail = []


def split_heads(x, num_heads):
    B, T, d_model = x.shape
    d_head = d_model // num_heads
    heads = torch.zeros(B, num_heads, T, d_head, device=x.device)
    for h in range(num_heads):
        heads[:, h] = x[:, :, h * d_head : (h + 1) * d_head]
    return heads


def merge_heads(x):
    B, H, T, d_head = x.shape
    merged = torch.zeros(B, T, H * d_head, device=x.device)
    for h in range(H):
        merged[:, :, h * d_head : (h + 1) * d_head] = x[:, h]
    return merged
