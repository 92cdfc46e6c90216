"""You add the words into the buffer, so that the code is another one after each call. Buffers that are to stay what they
are must not be written to.
"""

exercise = "fixed-positions"
must_fail = ["test_longest", "test_by_place", "test_same_again"]
may_fail = []


class FixedPositions(nn.Module):
    def __init__(self, max_length, d_model):
        super().__init__()
        self.register_buffer("code", sinusoidal_encoding(max_length, d_model))

    def forward(self, x):
        code = self.code[: x.shape[1]]
        code += x.mean(0).detach()
        return x + code - x.mean(0).detach()
