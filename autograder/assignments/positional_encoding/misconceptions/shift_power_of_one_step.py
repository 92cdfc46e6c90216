"""You multiply the matrix of one step by k. Doing a step k times is a power, not a multiple: the angle is what grows with
k.
"""

exercise = "shift-matrix"
must_fail = ["test_values", "test_property", "test_back", "test_nothing", "test_steps", "test_sizes"]
may_fail = []


def shift_matrix(k, d):
    blocks = []
    for i in range(d // 2):
        angle = 1 / 10000 ** (2 * i / d)
        sine, cosine = math.sin(angle), math.cos(angle)
        blocks.append(torch.tensor([[cosine, sine], [-sine, cosine]]))
    return k * torch.block_diag(*blocks)
