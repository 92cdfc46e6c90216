"""The exponential of log_softmax."""

exercise = "softmax"


def softmax(x, dim=-1):
    return F.log_softmax(x, dim=dim).exp()
