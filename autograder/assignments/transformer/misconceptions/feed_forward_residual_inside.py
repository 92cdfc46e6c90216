"""You add x inside the feed-forward. The residual line belongs to the layer, which would then add x twice."""

exercise = "feed-forward"
must_fail = ["test_values", "test_negative", "test_bend"]
may_fail = []


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return x + self.W_2(torch.relu(self.W_1(x)))
