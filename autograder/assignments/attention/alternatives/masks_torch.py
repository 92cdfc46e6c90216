"""torch's own comparison, triangle and logical_and."""

exercise = "masks"
stand_in = True


from functools import reduce


def padding_mask(lengths, T):
    return torch.lt(torch.arange(T, device=lengths.device), lengths.unsqueeze(-1)).unsqueeze(-2)


def causal_mask(T, device=None):
    return torch.triu(torch.ones((T, T), dtype=torch.bool, device=device), diagonal=1).logical_not()


def combine_masks(*masks):
    present = [mask for mask in masks if mask is not None]
    return reduce(torch.logical_and, present) if present else None
