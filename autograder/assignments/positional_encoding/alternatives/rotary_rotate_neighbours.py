"""The trick of two products: x times cos, plus the neighbours with their signs times sin."""

exercise = "rotary"


def rotary(x, start=0):
    T, d = x.shape[-2], x.shape[-1]
    speeds = (1 / 10000 ** (torch.arange(0, d, 2, device=x.device).float() / d)).repeat_interleave(2)
    angles = (torch.arange(T, device=x.device).float() + start).unsqueeze(-1) * speeds
    crossed = torch.stack([-x[..., 1::2], x[..., ::2]], dim=-1).reshape(x.shape)
    return (x * angles.cos() + crossed * angles.sin()).to(x.dtype)
