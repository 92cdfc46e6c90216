"""Your norm takes mean and variance over the sentences of the batch, as batch norm does. What a sentence becomes then
depends on its neighbours in the batch. Use the LAST axis.
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
        centred = x - x.mean(dim=0, keepdim=True)
        return self.gamma * centred / torch.sqrt(centred.square().mean(dim=0, keepdim=True) + self.eps) + self.beta
