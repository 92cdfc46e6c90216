"""Your causal mask holds the numbers 0 and 1, not True and False. Masks are of dtype bool here, so that `~` and `&`
mean "not" and "and".
"""

exercise = "masks"
must_fail = ["test_causal"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, device=device).tril()


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined & mask
    return combined
