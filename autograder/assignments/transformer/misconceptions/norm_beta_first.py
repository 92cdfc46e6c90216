"""You add beta first and multiply by gamma then, which scales beta, too. The order is gamma · normed + beta."""

exercise = "layer-norm"
must_fail = ["test_gamma_and_beta", "test_constant_token", "test_leading_axes"]
may_fail = []


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        centred = x - x.mean(dim=-1, keepdim=True)
        return self.gamma * (centred / torch.sqrt(centred.square().mean(dim=-1, keepdim=True) + self.eps) + self.beta)
