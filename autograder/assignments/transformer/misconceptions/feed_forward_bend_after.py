"""Your ReLU stands after the second map. The result can then never be negative, so the layer can only ever add to a
number; the bend belongs between the maps.
"""

exercise = "feed-forward"
must_fail = ["test_values", "test_negative", "test_bend"]
may_fail = ["test_gradients"]


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return torch.relu(self.W_2(self.W_1(x)))
