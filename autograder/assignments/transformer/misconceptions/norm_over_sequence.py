"""Your norm takes mean and variance over the tokens of a sentence instead of over the numbers of a token. What stands
next to a token then changes it, and pads do as well. Use the LAST axis.
"""

exercise = "layer-norm"
must_fail = ["test_values", "test_gamma_and_beta", "test_few_numbers", "test_eps", "test_leading_axes", "test_others", "test_gradients"]
may_fail = ["test_constant_token"]


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        axis = -2 if x.dim() > 1 else -1
        centred = x - x.mean(dim=axis, keepdim=True)
        return self.gamma * centred / torch.sqrt(centred.square().mean(dim=axis, keepdim=True) + self.eps) + self.beta
