"""Mean and variance are cut off from the gradient (no_grad, detach or .item()). The values are right, but learning goes
wrong: the mean and the variance depend on x as well.
"""

exercise = "layer-norm"
must_fail = ["test_gradients"]
may_fail = []


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        with torch.no_grad():
            mean, variance = x.mean(dim=-1, keepdim=True), x.var(dim=-1, keepdim=True, correction=0)
        return self.gamma * (x - mean) / torch.sqrt(variance + self.eps) + self.beta
