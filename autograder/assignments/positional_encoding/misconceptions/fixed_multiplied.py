"""You multiply the words by the code. At place 0 every other number of a word is then multiplied by 0, and is lost. The
code is added.
"""

exercise = "fixed-positions"
must_fail = ["test_adds", "test_longest", "test_by_place", "test_moves", "test_gradients"]
may_fail = []


class FixedPositions(nn.Module):
    def __init__(self, max_length, d_model):
        super().__init__()
        self.register_buffer("code", sinusoidal_encoding(max_length, d_model))

    def forward(self, x):
        return x * self.code[: x.shape[1]]
