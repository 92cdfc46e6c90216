"""PyTorch's own."""
exercise = "softmax"
stand_in = True

import torch


def softmax(x, dim=-1):
    return torch.softmax(x, dim=dim)
