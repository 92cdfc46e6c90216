"""You combine the first two masks and leave out those after them. `combine_masks` takes any number."""

exercise = "masks"
must_fail = ["test_combine"]
may_fail = []


def padding_mask(lengths, T):
    return torch.arange(T, device=lengths.device) < lengths[:, None, None]


def causal_mask(T, device=None):
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def combine_masks(*masks):
    masks = [mask for mask in masks if mask is not None]
    if not masks:
        return None
    return masks[0] & masks[1] if len(masks) > 1 else masks[0]
