"""All your rows look at the same random blocks: the lots are drawn once for the whole table. Then these are just more
columns that everyone looks at. Draw for each row anew."""

exercise = "bigbird-mask"
must_fail = ["test_random_spread"]


def block_pattern(n, window, n_global, n_random, generator):
    place = torch.arange(n)
    seen = (place[:, None] - place).abs() <= window
    seen[:n_global] = True
    seen[:, :n_global] = True
    order = torch.randperm(n, generator=generator)
    for row in range(n_global, n):
        seen[row, order[~seen[row][order]][:n_random]] = True
    return seen


def token_mask(blocks, T, block):
    of_token = torch.arange(T, device=blocks.device) // block
    return blocks[of_token[:, None], of_token]
