"""Your random blocks are drawn among all blocks. Some fall on the window or on a global block, which is seen already,
so that a row gets fewer than it should: draw among those that are left."""

exercise = "bigbird-mask"
must_fail = ["test_random_count"]
may_fail = ["test_random_spread"]


def block_pattern(n, window, n_global, n_random, generator):
    place = torch.arange(n)
    seen = (place[:, None] - place).abs() <= window
    seen[:n_global] = True
    seen[:, :n_global] = True
    for row in range(n_global, n):
        left = place
        lots = torch.randperm(len(left), generator=generator)[:n_random]
        seen[row, left[lots]] = True
    return seen


def token_mask(blocks, T, block):
    of_token = torch.arange(T, device=blocks.device) // block
    return blocks[of_token[:, None], of_token]
