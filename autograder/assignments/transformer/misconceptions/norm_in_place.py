"""Your norm subtracts the mean in place (`-=`), and so changes the x of the caller, whose residual line still needs it.
Make a new tensor.
"""

exercise = "layer-norm"
must_fail = ["test_input_unchanged"]
may_fail = ["test_gradients", "test_others"]


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        x -= x.mean(dim=-1, keepdim=True)
        return self.gamma * x / torch.sqrt(x.square().mean(dim=-1, keepdim=True) + self.eps) + self.beta
