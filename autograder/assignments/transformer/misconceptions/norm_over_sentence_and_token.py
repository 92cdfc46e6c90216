"""Your norm takes mean and variance over a whole sentence: its tokens and their numbers together. A token must be normed
by its own numbers only, or pads and neighbours change it.
"""

exercise = "layer-norm"
must_fail = ["test_values", "test_gamma_and_beta", "test_few_numbers", "test_eps", "test_leading_axes", "test_others", "test_gradients", "test_constant_token"]
may_fail = []


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        axes = (-2, -1) if x.dim() > 1 else (-1,)
        centred = x - x.mean(dim=axes, keepdim=True)
        return self.gamma * centred / torch.sqrt(centred.square().mean(dim=axes, keepdim=True) + self.eps) + self.beta
