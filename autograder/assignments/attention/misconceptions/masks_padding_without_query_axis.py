"""Your padding mask has the shape (B, T). It needs a dimension of size 1 for the queries in between, (B, 1, T);
otherwise a batch of masks is laid over the queries when it meets the scores.
"""

exercise = "masks"
must_fail = ["test_padding", "test_padding_width"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) < lengths[:, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined & mask
    return combined
