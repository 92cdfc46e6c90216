"""You add all max_length rows of the code, which only fits sentences that are exactly that long. Take the first T rows:
self.code[:T].
"""

exercise = "fixed-positions"
must_fail = ["test_adds", "test_longest", "test_moves"]
may_fail = ["test_by_place"]


class FixedPositions(nn.Module):
    def __init__(self, max_length, d_model):
        super().__init__()
        self.register_buffer("code", sinusoidal_encoding(max_length, d_model))

    def forward(self, x):
        return x + self.code
