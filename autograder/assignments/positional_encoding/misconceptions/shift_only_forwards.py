"""A negative k moves on in your matrix, where it has to move back: the sign of k is lost."""

exercise = "shift-matrix"
must_fail = ["test_back", "test_sizes"]
may_fail = []


def shift_matrix(k, d):
    blocks = []
    for i in range(d // 2):
        angle = abs(k) / 10000 ** (2 * i / d)
        sine, cosine = math.sin(angle), math.cos(angle)
        blocks.append(torch.tensor([[cosine, sine], [-sine, cosine]]))
    return torch.block_diag(*blocks)
