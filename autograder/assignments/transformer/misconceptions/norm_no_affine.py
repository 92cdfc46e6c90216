"""Your norm stops before gamma and beta: they are parameters that nobody uses, so the model cannot choose a scale for
itself.
"""

exercise = "layer-norm"
must_fail = ["test_gamma_and_beta", "test_constant_token", "test_leading_axes", "test_gradients"]
may_fail = []


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        centred = x - x.mean(dim=-1, keepdim=True)
        return centred / torch.sqrt(centred.square().mean(dim=-1, keepdim=True) + self.eps)
