"""PyTorch's own function; it also stands in for a wrong solution where a later exercise builds on this one."""

exercise = "cosine"
stand_in = True


def cosine(a, b):
    return torch.nn.functional.cosine_similarity(a, b, dim=-1)
