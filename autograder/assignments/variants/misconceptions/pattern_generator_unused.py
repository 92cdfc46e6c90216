"""You draw without the generator, from torch's own lots: the same seed gives another table each time, and a model that
is loaded again would look elsewhere. Hand `generator=generator` on."""

exercise = "bigbird-mask"
must_fail = ["test_generator"]


def block_pattern(n, window, n_global, n_random, generator):
    place = torch.arange(n)
    seen = (place[:, None] - place).abs() <= window
    seen[:n_global] = True
    seen[:, :n_global] = True
    for row in range(n_global, n):
        left = (~seen[row]).nonzero().flatten()
        lots = torch.randperm(len(left))[:n_random]
        seen[row, left[lots]] = True
    return seen


def token_mask(blocks, T, block):
    of_token = torch.arange(T, device=blocks.device) // block
    return blocks[of_token[:, None], of_token]
