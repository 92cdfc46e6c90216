"""There is no ReLU between your maps. Two linear maps in a row are one linear map: the layer cannot do anything new.
"""

exercise = "feed-forward"
must_fail = ["test_values", "test_bend"]
may_fail = []


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.W_2(self.W_1(x))
