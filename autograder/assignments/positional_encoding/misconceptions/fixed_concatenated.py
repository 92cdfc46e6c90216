"""You put the code beside the word, so that every word has twice as many numbers. The code is added: the shape stays (B,
T, d_model).
"""

exercise = "fixed-positions"
must_fail = ["test_adds", "test_longest", "test_by_place", "test_moves", "test_same_again", "test_gradients"]
may_fail = []


class FixedPositions(nn.Module):
    def __init__(self, max_length, d_model):
        super().__init__()
        self.register_buffer("code", sinusoidal_encoding(max_length, d_model))

    def forward(self, x):
        return torch.cat([x, self.code[: x.shape[1]].expand_as(x)], dim=-1)
