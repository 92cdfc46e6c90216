"""You divide by the size of the numbers, and never take their mean off. (That is RMSNorm, which many later models use.
Layer norm centres first.)
"""

exercise = "layer-norm"
must_fail = ["test_values", "test_gamma_and_beta", "test_few_numbers", "test_eps", "test_constant_token", "test_leading_axes", "test_gradients"]
may_fail = []


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        return self.gamma * x / torch.sqrt(x.square().mean(dim=-1, keepdim=True) + self.eps) + self.beta
