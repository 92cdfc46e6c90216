"""`repeat` lays copies of the whole table side by side, so that token 1 is taken for block 1. Each entry has to become
a square of its own: `repeat_interleave` does that."""

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
    return blocks.repeat(block, block)[:T, :T]
