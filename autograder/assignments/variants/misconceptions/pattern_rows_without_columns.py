"""Your global blocks look everywhere, but nobody looks at them: what they gather, no one can read. Fill their columns
as well as their rows."""

exercise = "bigbird-mask"
must_fail = ["test_global"]
may_fail = ["test_random_count", "test_random_spread"]


def block_pattern(n, window, n_global, n_random, generator):
    place = torch.arange(n)
    seen = (place[:, None] - place).abs() <= window
    seen[:n_global] = True
    for row in range(n_global, n):
        left = (~seen[row]).nonzero().flatten()
        lots = torch.randperm(len(left), generator=generator)[:n_random]
        seen[row, left[lots]] = True
    return seen


def token_mask(blocks, T, block):
    of_token = torch.arange(T, device=blocks.device) // block
    return blocks[of_token[:, None], of_token]
