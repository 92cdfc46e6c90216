"""You ignore `start`: every piece of a text begins at place 0. A decoder that writes word by word needs the true place."""

exercise = "rotary"
must_fail = ["test_start"]
may_fail = []


def rotary(x, start=0):
    T, d = x.shape[-2:]
    places = torch.arange(T, device=x.device)
    speeds = 10000.0 ** (-torch.arange(0, d, 2, device=x.device) / d)
    angles = places[:, None] * speeds
    sine, cosine = angles.sin(), angles.cos()
    a, b = x[..., 0::2], x[..., 1::2]
    turned = torch.stack([a * cosine - b * sine, a * sine + b * cosine], dim=-1)
    return turned.flatten(-2).to(x.dtype)
