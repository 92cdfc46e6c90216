"""You lay the tensor out as rows with `view`, which only works while its numbers lie in order in memory; after a
transpose they do not. You can do without: reductions take a `dim`.
"""

exercise = "softmax"
must_fail = ["test_non_contiguous"]
may_fail = []


def softmax(x, dim=-1):
    moved = x if dim in (-1, x.ndim - 1) else x.transpose(dim, -1).contiguous()
    rows = moved.view(-1, moved.shape[-1])
    weights = torch.exp(rows - rows.amax(dim=1, keepdim=True))
    weights = (weights / weights.sum(dim=1, keepdim=True)).view(moved.shape)
    return weights if moved is x else weights.transpose(dim, -1)
