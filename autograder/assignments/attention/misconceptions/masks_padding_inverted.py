"""Your padding mask is True at the padding. In this lesson True means "may look", and padding is what nobody may look
at.
"""

exercise = "masks"
must_fail = ["test_padding", "test_padding_width"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) >= lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined & mask
    return combined
