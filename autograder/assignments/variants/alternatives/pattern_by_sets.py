"""Sets of columns, row by row, and lots by sorting random numbers."""

exercise = "bigbird-mask"


def block_pattern(n, window, n_global, n_random, generator):
    table = torch.zeros(n, n, dtype=torch.bool)
    for row in range(n):
        if row < n_global:
            columns = range(n)
        else:
            columns = {c for c in range(n) if abs(c - row) <= window or c < n_global}
            rest = sorted(set(range(n)) - columns)
            keys = torch.rand(len(rest), generator=generator).tolist()
            columns |= {c for _, c in sorted(zip(keys, rest))[:n_random]}
        table[row, sorted(columns)] = True
    return table


def token_mask(blocks, T, block):
    wide = blocks.repeat_interleave(block, dim=0).repeat_interleave(block, dim=1)
    return wide[:T, :T]
