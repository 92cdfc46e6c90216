"""You make the code anew in each forward, on the CPU. It works until the words are on a GPU, and it is work done again
and again. Make it once, in __init__, and register it as a buffer.
"""

exercise = "fixed-positions"
must_fail = ["test_buffer", "test_moves", "test_same_again"]
may_fail = []


class FixedPositions(nn.Module):
    def __init__(self, max_length, d_model):
        super().__init__()
        self.d_model = d_model

    def forward(self, x):
        return x + sinusoidal_encoding(x.shape[1], self.d_model)
