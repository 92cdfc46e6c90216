"""F.linear and clamp, no module called."""

exercise = "feed-forward"
stand_in = True


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        hidden = F.linear(x, self.W_1.weight, self.W_1.bias).clamp(min=0)
        return F.linear(hidden, self.W_2.weight, self.W_2.bias)
