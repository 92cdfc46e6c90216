"""Your blocks are reflections, not rotations: applied twice they lead back to the start. Exactly one of the two sines has
a minus sign, and both cosines have none.
"""

exercise = "shift-matrix"
must_fail = ["test_values", "test_property", "test_back", "test_nothing", "test_steps", "test_sizes"]
may_fail = []


def shift_matrix(k, d):
    blocks = []
    for i in range(d // 2):
        angle = k / 10000 ** (2 * i / d)
        sine, cosine = math.sin(angle), math.cos(angle)
        blocks.append(torch.tensor([[cosine, sine], [sine, -cosine]]))
    return torch.block_diag(*blocks)
