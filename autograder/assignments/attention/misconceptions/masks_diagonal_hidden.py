"""Your causal mask hides a position from itself, so the first one may look at nothing at all. A word may look at itself
and at what came before: key <= query.
"""

exercise = "masks"
must_fail = ["test_causal", "test_causal_itself"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).tril(diagonal=-1)


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined & mask
    return combined
