"""You turn neighbouring pairs, and then lay all first halves before all second halves. Put the two back where they came
from: stack on a new last axis and flatten it.
"""

exercise = "rotary"
must_fail = ["test_values", "test_start", "test_lengths", "test_leading_dims", "test_gradients", "test_dtype"]
may_fail = ["test_sizes"]


def rotary(x, start=0):
    T, d = x.shape[-2:]
    places = torch.arange(start, start + T, device=x.device)
    speeds = 10000.0 ** (-torch.arange(0, d, 2, device=x.device) / d)
    angles = places[:, None] * speeds
    sine, cosine = angles.sin(), angles.cos()
    a, b = x[..., 0::2], x[..., 1::2]
    turned = torch.stack([a * cosine - b * sine, a * sine + b * cosine], dim=-2)
    return turned.flatten(-2).to(x.dtype)
