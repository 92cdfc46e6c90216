"""Made where torch makes them, then moved to where they are needed."""

exercise = "masks"


def padding_mask(lengths, T):
    rows = torch.arange(T).repeat(lengths.shape[0], 1).to(lengths.device)
    return (rows < lengths.reshape(-1, 1)).unsqueeze(1)


def causal_mask(T, device=None):
    mask = ~torch.triu(torch.ones(T, T), diagonal=1).bool()
    return mask if device is None else mask.to(device)


def combine_masks(*masks):
    masks = [m for m in masks if m is not None]
    if not masks:
        return None
    result = masks.pop(0)
    while masks:
        result = result & masks.pop()
    return result
