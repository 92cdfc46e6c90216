"""All your blocks turn by the same angle k. Each pair has its own speed, and turns by k times that."""

exercise = "shift-matrix"
must_fail = ["test_values", "test_property", "test_back", "test_sizes"]
may_fail = []


def shift_matrix(k, d):
    blocks = []
    for i in range(d // 2):
        angle = float(k)
        sine, cosine = math.sin(angle), math.cos(angle)
        blocks.append(torch.tensor([[cosine, sine], [-sine, cosine]]))
    return torch.block_diag(*blocks)
