"""You make places and speeds on the CPU, and x may live on a GPU. Give `torch.arange` the device of x."""

exercise = "rotary"
must_fail = ["test_device"]
may_fail = []


def rotary(x, start=0):
    T, d = x.shape[-2:]
    places = torch.arange(start, start + T)
    speeds = 10000.0 ** (-torch.arange(0, d, 2) / d)
    angles = places[:, None] * speeds
    sine, cosine = angles.sin(), angles.cos()
    a, b = x[..., 0::2], x[..., 1::2]
    turned = torch.stack([a * cosine - b * sine, a * sine + b * cosine], dim=-1)
    return turned.flatten(-2).to(x.dtype)
