"""You combine masks by "or": a key can be seen as soon as one mask shows it. Each mask is there to hide something, so
only what all of them show may be seen.
"""

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
            combined = mask if combined is None else combined | mask
    return combined
