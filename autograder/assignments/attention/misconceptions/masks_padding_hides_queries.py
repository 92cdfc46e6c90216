"""Your padding mask has the shape (B, T, 1), so it hides rows: queries at padding. It is keys at padding that nobody
may look at; keys are the last dimension.
"""

exercise = "masks"
must_fail = ["test_padding", "test_padding_width"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device)[:, None] < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined & mask
    return combined
