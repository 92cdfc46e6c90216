"""You cut the words off from torch's graph, so that nothing in front of this module can learn. The code needs no gradient
anyway, being a buffer; the words do.
"""

exercise = "fixed-positions"
must_fail = ["test_gradients"]
may_fail = []


class FixedPositions(nn.Module):
    def __init__(self, max_length, d_model):
        super().__init__()
        self.register_buffer("code", sinusoidal_encoding(max_length, d_model))

    def forward(self, x):
        return x.detach() + self.code[: x.shape[1]] + 0 * x.sum()
