"""Your padding mask lets one position of padding through. Positions are counted from 0, so a sentence of length n fills
the positions 0 to n-1.
"""

exercise = "masks"
must_fail = ["test_padding", "test_padding_width"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) <= lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined & mask
    return combined
