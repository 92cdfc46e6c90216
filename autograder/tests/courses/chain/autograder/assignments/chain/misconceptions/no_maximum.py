"""Your exponentials overflow: subtract the largest score before you take them."""
exercise = "softmax"
must_fail = ["test_large"]
may_fail = []

import torch


def softmax(x, dim=-1):
    return torch.exp(x) / torch.exp(x).sum(dim, keepdim=True)
