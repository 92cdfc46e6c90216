"""Your window reaches to the left only. BigBird reads whole texts, as an encoder does: each block has neighbours on
both sides, and `window` counts them on each."""

exercise = "bigbird-mask"
must_fail = ["test_window"]
may_fail = ["test_global", "test_random_count", "test_random_spread"]


def block_pattern(n, window, n_global, n_random, generator):
    place = torch.arange(n)
    seen = (place[:, None] >= place) & (place[:, None] - place <= window)
    seen[:n_global] = True
    seen[:, :n_global] = True
    for row in range(n_global, n):
        left = (~seen[row]).nonzero().flatten()
        lots = torch.randperm(len(left), generator=generator)[:n_random]
        seen[row, left[lots]] = True
    return seen


def token_mask(blocks, T, block):
    of_token = torch.arange(T, device=blocks.device) // block
    return blocks[of_token[:, None], of_token]
