"""Your padding mask is made of positions on the CPU, which cannot be compared with lengths on a GPU. Make the positions
on the device of `lengths`.
"""

exercise = "masks"
must_fail = ["test_device"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def combine_masks(*masks):
    combined = None
    for mask in masks:
        if mask is not None:
            combined = mask if combined is None else combined & mask
    return combined
