"""You add the code into x itself, so the caller's words are changed, and a second call adds it once more. `x + …` makes a
new tensor, `x += …` writes into the old one.
"""

exercise = "fixed-positions"
must_fail = ["test_gradients", "test_inputs_unchanged"]
may_fail = []


class FixedPositions(nn.Module):
    def __init__(self, max_length, d_model):
        super().__init__()
        self.register_buffer("code", sinusoidal_encoding(max_length, d_model))

    def forward(self, x):
        x += self.code[: x.shape[1]]
        return x
