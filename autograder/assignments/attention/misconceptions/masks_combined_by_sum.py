"""You add up the masks, and True + True is no longer a truth value that means "both"; for bools the sum is an "or". Use
`&`, which is "and".
"""

exercise = "masks"
must_fail = ["test_combine", "test_combine_none"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def combine_masks(*masks):
    masks = [mask for mask in masks if mask is not None]
    return sum(mask.int() for mask in masks) if masks else None
