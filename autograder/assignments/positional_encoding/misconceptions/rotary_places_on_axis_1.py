"""You count places along axis 1. With a dimension for heads in front, that axis is the heads: the places are the last but
one, axis -2.
"""

exercise = "rotary"
must_fail = ["test_leading_dims"]
may_fail = []


def rotary(x, start=0):
    T, d = x.shape[1 if x.dim() > 2 else 0], x.shape[-1]
    places = torch.arange(start, start + T, device=x.device)
    speeds = 10000.0 ** (-torch.arange(0, d, 2, device=x.device) / d)
    angles = (places[:, None] * speeds).reshape(T, *[1] * (x.dim() - 3), d // 2)
    sine, cosine = angles.sin(), angles.cos()
    a, b = x[..., 0::2], x[..., 1::2]
    turned = torch.stack([a * cosine - b * sine, a * sine + b * cosine], dim=-1)
    return turned.flatten(-2).to(x.dtype)
