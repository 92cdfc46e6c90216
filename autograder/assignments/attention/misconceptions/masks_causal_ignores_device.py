"""Your causal mask is always made on the CPU: the argument `device` is not used. A mask has to live where the scores
are.
"""

exercise = "masks"
must_fail = ["test_device"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool).tril()


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined & mask
    return combined
