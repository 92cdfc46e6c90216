"""You multiply the masks as numbers, so what comes out is not of dtype bool. "And" for truth values is `&`."""

exercise = "masks"
must_fail = ["test_combine", "test_combine_none"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask.float() if combined is None else combined * mask
    return combined
