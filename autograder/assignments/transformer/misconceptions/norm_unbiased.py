"""Your variance is divided by d - 1, as torch.var and torch.std do unless they are told not to. Layer norm divides by d:
`correction=0`.
"""

exercise = "layer-norm"
must_fail = ["test_values", "test_gamma_and_beta", "test_few_numbers", "test_leading_axes", "test_gradients"]
may_fail = ["test_eps"]


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        mean, variance = x.mean(dim=-1, keepdim=True), x.var(dim=-1, keepdim=True)
        return self.gamma * (x - mean) / torch.sqrt(variance + self.eps) + self.beta
