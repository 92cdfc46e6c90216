"""You keep the code as a plain attribute, which `.to(device)` and `.double()` leave behind. Register it as a buffer:
self.register_buffer("code", …).
"""

exercise = "fixed-positions"
must_fail = ["test_buffer", "test_moves", "test_same_again"]
may_fail = []


class FixedPositions(nn.Module):
    def __init__(self, max_length, d_model):
        super().__init__()
        self.code = sinusoidal_encoding(max_length, d_model)

    def forward(self, x):
        return x + self.code[: x.shape[1]]
