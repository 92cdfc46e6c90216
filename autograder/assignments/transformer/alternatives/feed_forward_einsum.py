"""einsum, and a maximum with zeros."""

exercise = "feed-forward"


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        hidden = torch.einsum("...d,fd->...f", x, self.W_1.weight) + self.W_1.bias
        hidden = torch.maximum(hidden, torch.zeros_like(hidden))
        return torch.einsum("...f,df->...d", hidden, self.W_2.weight) + self.W_2.bias
