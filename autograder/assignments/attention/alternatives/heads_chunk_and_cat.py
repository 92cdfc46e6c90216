"""The features are cut into runs, the runs stacked; and back."""

exercise = "heads"


def split_heads(x, num_heads):
    return torch.stack(torch.chunk(x, num_heads, dim=-1), dim=1)


def merge_heads(x):
    return torch.cat([x[:, h] for h in range(x.size(1))], dim=-1)
