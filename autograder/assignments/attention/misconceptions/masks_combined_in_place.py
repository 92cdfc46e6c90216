"""You write the result into the first mask, so the caller's mask is no longer what it was; and it cannot grow when a
wider one follows. `a & b` makes a new tensor, `a &= b` changes a.
"""

exercise = "masks"
must_fail = ["test_combine", "test_inputs_unchanged"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is None:
            continue
        if combined is None:
            combined = mask
        else:
            combined &= mask
    return combined
