"""You add eps to the standard deviation. It belongs under the root, to the variance: for a token whose numbers hardly
differ, √(10⁻⁵) is 300 times more than 10⁻⁵.
"""

exercise = "layer-norm"
must_fail = ["test_eps"]
may_fail = ["test_values", "test_gamma_and_beta", "test_constant_token", "test_leading_axes", "test_gradients", "test_few_numbers"]


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        centred = x - x.mean(dim=-1, keepdim=True)
        deviation = torch.sqrt(centred.square().mean(dim=-1, keepdim=True))
        return self.gamma * centred / (deviation + self.eps) + self.beta
