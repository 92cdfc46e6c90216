"""Works in float32 or better and returns the dtype that came in."""

exercise = "softmax"


def softmax(x, dim=-1):
    wide = x if x.dtype == torch.float64 else x.float()
    wide = wide - wide.max(dim=dim, keepdim=True)[0]
    powers = torch.e ** wide
    return (powers * powers.sum(dim=dim, keepdim=True).reciprocal()).to(x.dtype)
