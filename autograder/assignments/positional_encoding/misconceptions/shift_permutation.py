"""Your matrix moves the d NUMBERS of a code on by k columns. What is to move is the place: each pair of numbers is
turned, none changes its column.
"""

exercise = "shift-matrix"
must_fail = ["test_values", "test_property", "test_back", "test_blocks", "test_sizes"]
may_fail = []


def shift_matrix(k, d):
    return torch.eye(d).roll(k, dims=0)
