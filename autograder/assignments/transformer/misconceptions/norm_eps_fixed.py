"""Your norm has 10⁻⁵ written in. Use `self.eps`, which may be another number."""

exercise = "layer-norm"
must_fail = ["test_eps"]
may_fail = []


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        centred = x - x.mean(dim=-1, keepdim=True)
        return self.gamma * centred / torch.sqrt(centred.square().mean(dim=-1, keepdim=True) + 1e-5) + self.beta
