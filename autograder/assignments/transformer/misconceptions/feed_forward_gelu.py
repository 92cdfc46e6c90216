"""Your bend is a GELU, as in BERT. The original transformer, and this exercise, have a ReLU: max(0, …)."""

exercise = "feed-forward"
must_fail = ["test_values"]
may_fail = []


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.W_2(F.gelu(self.W_1(x)))
