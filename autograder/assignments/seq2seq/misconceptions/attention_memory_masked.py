"""You set the hidden places of the memory to 0 instead of their weights. They still take their share, and the context
fades.
"""

exercise = "additive-attention"
must_fail = ["test_gradients", "test_mask"]
may_fail = ["test_large_scores"]


class AdditiveAttention(nn.Module):
    def __init__(self, state_size, memory_size, attention_size):
        super().__init__()
        self.W = nn.Linear(state_size, attention_size, bias=False)
        self.U = nn.Linear(memory_size, attention_size, bias=False)
        self.v = nn.Linear(attention_size, 1, bias=False)

    def forward(self, state, memory, mask=None):
        if mask is not None:
            memory = memory * mask.unsqueeze(-1)
        weights = torch.softmax(self.v(torch.tanh(self.W(state).unsqueeze(1) + self.U(memory))).squeeze(-1), dim=-1)
        return (weights.unsqueeze(-1) * memory).sum(dim=1), weights
