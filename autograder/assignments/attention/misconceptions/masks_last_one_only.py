"""You return the last mask and forget the others. What may be seen is what all masks show."""

exercise = "masks"
must_fail = ["test_combine"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask
    return combined
