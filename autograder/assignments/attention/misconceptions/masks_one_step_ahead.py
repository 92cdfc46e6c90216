"""Your causal mask lets each position see one step into the future, and that is the very word that the model is to
predict. It may look as far as itself and no further: key <= query.
"""

exercise = "masks"
must_fail = ["test_causal", "test_causal_first"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).tril(diagonal=1)


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined & mask
    return combined
