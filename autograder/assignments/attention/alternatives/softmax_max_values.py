"""`max` returns values and places; the maximum is detached, since no gradient needs to flow through it."""

exercise = "softmax"


def softmax(x, dim=-1):
    top, _ = x.max(dim=dim, keepdim=True)
    e = torch.exp(x - top.detach())
    return torch.div(e, torch.sum(e, dim, keepdim=True))
