"""In place, but on tensors of its own."""

exercise = "softmax"


def softmax(x, dim=-1):
    out = x - x.amax(dim, True)
    out = out.exp_()
    return out / out.sum(dim, True)
