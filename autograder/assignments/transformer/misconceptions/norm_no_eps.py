"""Your norm leaves eps out. A token whose numbers are all alike has variance 0, and 0/0 is NaN."""

exercise = "layer-norm"
must_fail = ["test_eps", "test_constant_token"]
may_fail = ["test_few_numbers", "test_gradients", "test_values", "test_gamma_and_beta", "test_leading_axes"]


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        centred = x - x.mean(dim=-1, keepdim=True)
        return self.gamma * centred / torch.sqrt(centred.square().mean(dim=-1, keepdim=True)) + self.beta
