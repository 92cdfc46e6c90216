"""Loops over sentences and positions; the masks are filled in one place after the other."""

exercise = "masks"


def padding_mask(lengths, T):
    mask = torch.zeros(len(lengths), 1, T, dtype=torch.bool, device=lengths.device)
    for b, length in enumerate(lengths.tolist()):
        mask[b, 0, :length] = True
    return mask


def causal_mask(T, device=None):
    mask = torch.full((T, T), False, device=device)
    for i in range(T):
        mask[i, : i + 1] = True
    return mask


def combine_masks(*masks):
    masks = [m for m in masks if m is not None]
    if len(masks) == 0:
        return None
    out = masks[0].clone()
    for m in masks[1:]:
        out = torch.logical_and(out, m)
    return out
