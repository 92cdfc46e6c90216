"""You write the softmax with plain exponentials. For large scores they overflow, and infinity by infinity is nan."""

exercise = "additive-attention"
must_fail = ["test_large_scores"]
may_fail = []


class AdditiveAttention(nn.Module):
    def __init__(self, state_size, memory_size, attention_size):
        super().__init__()
        self.W = nn.Linear(state_size, attention_size, bias=False)
        self.U = nn.Linear(memory_size, attention_size, bias=False)
        self.v = nn.Linear(attention_size, 1, bias=False)

    def forward(self, state, memory, mask=None):
        powers = self.v(torch.tanh(self.W(state).unsqueeze(1) + self.U(memory))).squeeze(-1).exp()
        if mask is not None:
            powers = powers * mask
        weights = powers / powers.sum(dim=-1, keepdim=True)
        return (weights.unsqueeze(-1) * memory).sum(dim=1), weights
