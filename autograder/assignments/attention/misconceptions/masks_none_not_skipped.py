"""You combine None like a mask, which raises an error. None stands for "no mask": skip it, so that callers need not
care which masks they have.
"""

exercise = "masks"
must_fail = ["test_combine_none"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def combine_masks(*masks):
    combined = masks[0]
    for mask in masks[1:]:
        combined = combined & mask
    return combined
