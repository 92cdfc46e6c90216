"""By way of the logarithm: exp(x - logsumexp(x))."""

exercise = "softmax"


def softmax(x, dim=-1):
    return (x - torch.logsumexp(x, dim=dim, keepdim=True)).exp()
