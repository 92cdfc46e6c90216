"""Your probabilities sum to 1 along dimension 1, whatever `dim` says. With two dimensions that is the last one and
looks right; with any other number of them the wrong scores compete.
"""

exercise = "softmax"
must_fail = ["test_values", "test_any_dim", "test_non_contiguous"]
may_fail = []


def softmax(x, dim=-1):
    weights = torch.exp(x - x.amax(dim=1, keepdim=True))
    return weights / weights.sum(dim=1, keepdim=True)
