"""Your speeds are what you get when 2i is doubled once more: `torch.arange(0, d, 2)` is 2i already."""

exercise = "rotary"
must_fail = ["test_values", "test_start", "test_leading_dims", "test_sizes", "test_gradients", "test_dtype"]
may_fail = []


def rotary(x, start=0):
    T, d = x.shape[-2:]
    places = torch.arange(start, start + T, device=x.device)
    speeds = 10000.0 ** (-2 * torch.arange(0, d, 2, device=x.device) / d)
    angles = places[:, None] * speeds
    sine, cosine = angles.sin(), angles.cos()
    a, b = x[..., 0::2], x[..., 1::2]
    turned = torch.stack([a * cosine - b * sine, a * sine + b * cosine], dim=-1)
    return turned.flatten(-2).to(x.dtype)
