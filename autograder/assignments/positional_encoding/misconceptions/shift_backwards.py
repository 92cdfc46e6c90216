"""Your hands turn the wrong way: your matrix moves back by k. It is the rotation that one remembers for pairs (cos, sin);
in our pairs the sine comes first, and the minus sign belongs into the second row.
"""

exercise = "shift-matrix"
must_fail = ["test_values", "test_property", "test_back", "test_sizes"]
may_fail = []


def shift_matrix(k, d):
    blocks = []
    for i in range(d // 2):
        angle = k / 10000 ** (2 * i / d)
        sine, cosine = math.sin(angle), math.cos(angle)
        blocks.append(torch.tensor([[cosine, -sine], [sine, cosine]]))
    return torch.block_diag(*blocks)
