"""torch's own softmax; a slice of minus infinities gives zeros, in value and gradient, for whoever counts on it."""

exercise = "softmax"
stand_in = True


def softmax(x, dim=-1):
    nothing = torch.isneginf(x).all(dim=dim, keepdim=True)
    return torch.softmax(x.masked_fill(nothing, 0.0), dim=dim).masked_fill(nothing, 0.0)
