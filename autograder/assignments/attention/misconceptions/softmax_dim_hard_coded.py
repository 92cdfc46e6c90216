"""Your probabilities always sum to 1 along the last dimension, whatever `dim` says. The argument `dim` names the
dimension along which scores compete, so both the maximum and the sum have to follow it.
"""

exercise = "softmax"
must_fail = ["test_any_dim", "test_gradients"]
may_fail = []


def softmax(x, dim=-1):
    weights = torch.exp(x - x.amax(dim=-1, keepdim=True))
    return weights / weights.sum(dim=-1, keepdim=True)
