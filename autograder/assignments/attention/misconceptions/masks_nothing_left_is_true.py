"""When no mask is left you return a mask that shows everything, and it lives on the CPU. Return None: then attention
can tell that nothing is hidden, on any device.
"""

exercise = "masks"
must_fail = ["test_combine_none", "test_device"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def combine_masks(*masks):
    combined = torch.ones(1, dtype=torch.bool)
    for mask in masks:
        if mask is not None:
            combined = combined & mask
    return combined
