"""You freeze a parameter where a buffer is asked for. It is not trained now, but it still counts among the parameters,
and whoever unfreezes the model (`p.requires_grad_(True)` for all) trains it.
"""

exercise = "fixed-positions"
must_fail = ["test_buffer", "test_not_trained", "test_same_again"]
may_fail = []


class FixedPositions(nn.Module):
    def __init__(self, max_length, d_model):
        super().__init__()
        self.code = nn.Parameter(sinusoidal_encoding(max_length, d_model), requires_grad=False)

    def forward(self, x):
        return x + self.code[: x.shape[1]]
