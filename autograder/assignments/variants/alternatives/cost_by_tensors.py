"""All rows at once, as a tensor of their counts."""

exercise = "bigbird-cost"


def count_scores(T, block, window, n_global, n_random):
    n = T // block
    row = torch.arange(min(n_global, n), n)
    seen = (row + window).clamp(max=n - 1) - (row - window).clamp(min=n_global) + 1 + n_global
    seen = seen + (n - seen).clamp(max=n_random)
    return (int(seen.sum()) + min(n_global, n) * n) * block**2
