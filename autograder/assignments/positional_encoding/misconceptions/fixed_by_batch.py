"""You give each SENTENCE a code, not each place: the rows are taken by the number of the sentence in its batch. Places
are on axis 1: self.code[: x.shape[1]].
"""

exercise = "fixed-positions"
must_fail = ["test_adds", "test_longest", "test_by_place"]
may_fail = ["test_moves", "test_same_again", "test_gradients", "test_inputs_unchanged"]


class FixedPositions(nn.Module):
    def __init__(self, max_length, d_model):
        super().__init__()
        self.register_buffer("code", sinusoidal_encoding(max_length, d_model))

    def forward(self, x):
        return x + self.code[: x.shape[0], None]
