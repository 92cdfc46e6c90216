"""Band, rows and columns from torch's triangles; lots by multinomial."""

exercise = "bigbird-mask"


def block_pattern(n, window, n_global, n_random, generator):
    ones = torch.ones(n, n, dtype=torch.bool)
    table = ones.triu(-window) & ones.tril(window)
    table[:n_global, :] = True
    table[:, :n_global] = True
    for row in table[n_global:]:
        free = (~row).float()
        number = min(n_random, int(free.sum()))
        if number:
            row[torch.multinomial(free, number, generator=generator)] = True
    return table


def token_mask(blocks, T, block):
    n = blocks.shape[0]
    return blocks[:, None, :, None].expand(n, block, n, block).reshape(n * block, n * block)[:T, :T].clone()
