"""Your first row stands at place start + 1; it should be start, so that place 0 is turned by nothing."""

exercise = "rotary"
must_fail = [
    "test_values",
    "test_start",
    "test_lengths",
    "test_leading_dims",
    "test_sizes",
    "test_gradients",
    "test_dtype",
]
may_fail = []


def rotary(x, start=0):
    T, d = x.shape[-2:]
    places = torch.arange(start + 1, start + T + 1, device=x.device)
    speeds = 10000.0 ** (-torch.arange(0, d, 2, device=x.device) / d)
    angles = places[:, None] * speeds
    sine, cosine = angles.sin(), angles.cos()
    a, b = x[..., 0::2], x[..., 1::2]
    turned = torch.stack([a * cosine - b * sine, a * sine + b * cosine], dim=-1)
    return turned.flatten(-2).to(x.dtype)
