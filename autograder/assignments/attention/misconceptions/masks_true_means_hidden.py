"""Your causal mask is True where nothing may be seen, as in some libraries. In this lesson True means "may look"."""

exercise = "masks"
must_fail = ["test_causal", "test_causal_itself", "test_causal_first"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).triu(diagonal=1)


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined & mask
    return combined
