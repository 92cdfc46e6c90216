"""The buffer as a table for F.embedding, and the sum by torch.add."""

exercise = "fixed-positions"


class FixedPositions(nn.Module):
    def __init__(self, max_length, d_model):
        super().__init__()
        self.code = nn.Buffer(sinusoidal_encoding(max_length, d_model).clone())

    def forward(self, x):
        places = torch.arange(x.shape[1], device=x.device).expand(x.shape[0], -1)
        return torch.add(F.embedding(places, self.code), x)
