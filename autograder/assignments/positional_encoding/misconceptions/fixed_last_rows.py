"""You take the last T rows of the code where the first T are asked for. A sentence begins at place 0, however long the
longest one may be.
"""

exercise = "fixed-positions"
must_fail = ["test_adds", "test_longest", "test_by_place", "test_moves"]
may_fail = []


class FixedPositions(nn.Module):
    def __init__(self, max_length, d_model):
        super().__init__()
        self.register_buffer("code", sinusoidal_encoding(max_length, d_model))

    def forward(self, x):
        return x + self.code[-x.shape[1] :]
