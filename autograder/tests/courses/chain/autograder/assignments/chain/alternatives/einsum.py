"""With einsum."""
exercise = "mix"
stand_in = True

import torch


def mix(scores, values):
    weights = softmax(scores)
    return torch.einsum("t,td->d", weights, values), weights
