"""Your probabilities are right, but no gradient flows back through them: they were computed outside torch's graph
(`detach`, `no_grad`, `.numpy()` or `.item()` do that). Then nothing before the softmax can learn.
"""

exercise = "softmax"
must_fail = ["test_gradients"]
may_fail = []


def softmax(x, dim=-1):
    scores = x.detach()
    weights = torch.exp(scores - scores.amax(dim=dim, keepdim=True))
    return weights / weights.sum(dim=dim, keepdim=True)
