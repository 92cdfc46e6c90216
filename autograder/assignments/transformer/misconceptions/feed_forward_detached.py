"""The gradient ends between your maps (`.data`, `.detach()` or a new tensor), so W_1, and all layers below, never learn.
"""

exercise = "feed-forward"
must_fail = ["test_gradients"]
may_fail = []


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.W_2(torch.relu(self.W_1(x)).detach())
