"""You always return float32. Compute in what precision you like, but return the dtype that came in, or the next
multiplication with half precision fails.
"""

exercise = "softmax"
must_fail = ["test_dtype"]
may_fail = []


def softmax(x, dim=-1):
    x = x.to(torch.float32)
    weights = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return weights / weights.sum(dim=dim, keepdim=True)
