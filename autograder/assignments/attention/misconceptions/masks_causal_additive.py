"""Your causal mask holds 0 and minus infinity, to be added to scores. That is another convention; here a mask is of
dtype bool, and True means "may look".
"""

exercise = "masks"
must_fail = ["test_causal", "test_causal_itself", "test_causal_first"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.full((T, T), float("-inf"), device=device).triu(diagonal=1)


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined & mask
    return combined
