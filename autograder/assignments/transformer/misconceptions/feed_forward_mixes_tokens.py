"""You take the mean over the tokens of the sentence on the way. A feed-forward network treats every token alone; tokens
meet in the attention only.
"""

exercise = "feed-forward"
must_fail = ["test_values", "test_leading_axes"]
may_fail = []


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        hidden = torch.relu(self.W_1(x))
        return self.W_2(hidden + hidden.mean(dim=-2, keepdim=True) - hidden.mean(dim=-2, keepdim=True).detach() * 0.5)
