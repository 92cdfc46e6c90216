"""You pair number i with number i + d/2. Much code does, and it is a rotary embedding as good as any; but weights trained
with the one are useless with the other, and here neighbours are asked for: (0, 1), (2, 3), …
"""

exercise = "rotary"
must_fail = ["test_values", "test_start", "test_leading_dims", "test_gradients", "test_dtype"]
may_fail = ["test_sizes"]


def rotary(x, start=0):
    T, d = x.shape[-2:]
    places = torch.arange(start, start + T, device=x.device)
    speeds = 10000.0 ** (-torch.arange(0, d, 2, device=x.device) / d)
    angles = places[:, None] * speeds
    sine, cosine = angles.sin(), angles.cos()
    a, b = x[..., : d // 2], x[..., d // 2 :]
    turned = torch.stack([a * cosine - b * sine, a * sine + b * cosine], dim=-2)
    return turned.flatten(-2).to(x.dtype)
