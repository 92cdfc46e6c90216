"""Your result is cut off from torch's graph, so that the maps for queries and keys cannot learn."""

exercise = "rotary"
must_fail = ["test_gradients"]
may_fail = []


def rotary(x, start=0):
    T, d = x.shape[-2:]
    places = torch.arange(start, start + T, device=x.device)
    speeds = 10000.0 ** (-torch.arange(0, d, 2, device=x.device) / d)
    angles = places[:, None] * speeds
    sine, cosine = angles.sin(), angles.cos()
    a, b = x.detach()[..., 0::2], x.detach()[..., 1::2]
    turned = torch.stack([a * cosine - b * sine, a * sine + b * cosine], dim=-1)
    return turned.flatten(-2).to(x.dtype) + 0 * x
