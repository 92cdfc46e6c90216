"""Your padding mask is as wide as the longest sentence of the batch, and not T. The batch may be padded further than
that (T says how far), and mask and scores have to be equally wide.
"""

exercise = "masks"
must_fail = ["test_padding_width"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(int(lengths.max()), device=lengths.device) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined & mask
    return combined
