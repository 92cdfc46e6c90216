"""Your norm has one mean and one variance for the whole tensor. Each token has to be brought to mean 0 and variance 1 by
itself: take both over the last axis, with keepdim.
"""

exercise = "layer-norm"
must_fail = ["test_values", "test_gamma_and_beta", "test_few_numbers", "test_eps", "test_constant_token", "test_leading_axes", "test_others", "test_gradients"]
may_fail = []


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        return self.gamma * (x - x.mean()) / torch.sqrt(x.var(correction=0) + self.eps) + self.beta
