"""You normalise along the last dimension, whichever one was asked for."""
exercise = "softmax"
must_fail = ["test_values"]
may_fail = []

import torch


def softmax(x, dim=-1):
    return torch.softmax(x, -1)
