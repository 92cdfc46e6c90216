"""Your mask has a row for every token of the last block, also for those that the text does not have any more. Cut it
off at T."""

exercise = "bigbird-mask"
must_fail = ["test_tokens"]


def block_pattern(n, window, n_global, n_random, generator):
    place = torch.arange(n)
    seen = (place[:, None] - place).abs() <= window
    seen[:n_global] = True
    seen[:, :n_global] = True
    for row in range(n_global, n):
        left = (~seen[row]).nonzero().flatten()
        lots = torch.randperm(len(left), generator=generator)[:n_random]
        seen[row, left[lots]] = True
    return seen


def token_mask(blocks, T, block):
    of_token = torch.arange(len(blocks) * block, device=blocks.device) // block
    return blocks[of_token[:, None], of_token]
