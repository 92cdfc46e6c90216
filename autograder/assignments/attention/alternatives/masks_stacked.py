"""Broadcast first, then ask whether all agree; the causal mask comes from a running sum."""

exercise = "masks"


def padding_mask(lengths, T):
    ones = torch.ones(len(lengths), T, dtype=torch.long, device=lengths.device)
    return (ones.cumsum(dim=1) <= lengths[:, None])[:, None]


def causal_mask(T, device=None):
    return torch.tril(torch.ones(T, T, device=device)).bool()


def combine_masks(*masks):
    masks = list(filter(lambda mask: mask is not None, masks))
    if not masks:
        return None
    return torch.stack(torch.broadcast_tensors(*masks)).all(dim=0)
