"""Positions compared with each other; products of bools."""

exercise = "masks"


def padding_mask(lengths, T):
    B = lengths.size(0)
    positions = torch.arange(T, device=lengths.device).expand(B, 1, T)
    return positions < lengths.view(B, 1, 1)


def causal_mask(T, device=None):
    i = torch.arange(T, device=device)
    return i[None, :] <= i[:, None]


def combine_masks(*masks):
    result = None
    for mask in masks:
        if mask is None:
            continue
        result = mask if result is None else result * mask
    return result
