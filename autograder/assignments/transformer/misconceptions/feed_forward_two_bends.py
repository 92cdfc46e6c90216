"""You have a second ReLU after W_2. The result could then never be negative; W_2 is the end."""

exercise = "feed-forward"
must_fail = ["test_values", "test_negative"]
may_fail = ["test_bend", "test_gradients"]


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return torch.relu(self.W_2(torch.relu(self.W_1(x))))
