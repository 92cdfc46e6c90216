"""Your causal mask is the other triangle: each position sees itself and the future, and not the past. Rows are queries
and columns are keys, so the True values lie on and below the diagonal.
"""

exercise = "masks"
must_fail = ["test_causal", "test_causal_first"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).triu()


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined & mask
    return combined
