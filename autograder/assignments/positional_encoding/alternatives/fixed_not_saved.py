"""A buffer that is not saved with the weights, since it can be made again; rows by index_select."""

exercise = "fixed-positions"


class FixedPositions(nn.Module):
    def __init__(self, max_length, d_model):
        super().__init__()
        self.register_buffer("code", sinusoidal_encoding(max_length, d_model), persistent=False)

    def forward(self, x):
        places = torch.arange(x.size(1), device=x.device)
        return x + self.code.index_select(0, places).unsqueeze(0)
