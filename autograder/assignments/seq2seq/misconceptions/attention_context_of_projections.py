"""Your context is made of U h, not of h. U is for comparing; what is handed over is the memory itself."""

exercise = "additive-attention"
must_fail = ["test_context", "test_gradients", "test_mask", "test_one_letter"]
may_fail = ["test_large_scores"]


class AdditiveAttention(nn.Module):
    def __init__(self, state_size, memory_size, attention_size):
        super().__init__()
        self.W = nn.Linear(state_size, attention_size, bias=False)
        self.U = nn.Linear(memory_size, attention_size, bias=False)
        self.v = nn.Linear(attention_size, 1, bias=False)

    def forward(self, state, memory, mask=None):
        projected = self.U(memory)
        scores = self.v(torch.tanh(self.W(state).unsqueeze(1) + projected)).squeeze(-1)
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e9)
        weights = torch.softmax(scores, dim=-1)
        return (weights.unsqueeze(-1) * projected).sum(dim=1), weights
