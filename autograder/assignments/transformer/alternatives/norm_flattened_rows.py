"""All tokens in a row first, then one by one."""

exercise = "layer-norm"


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        rows = x.reshape(-1, x.shape[-1])
        normed = [(row - row.sum() / len(row)) / (row.var(correction=0) + self.eps) ** 0.5 for row in rows]
        return torch.stack(normed).reshape(x.shape).mul(self.gamma).add(self.beta)
