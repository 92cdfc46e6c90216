"""A loop over the letters."""

exercise = "additive-attention"


class AdditiveAttention(nn.Module):
    def __init__(self, state_size, memory_size, attention_size):
        super().__init__()
        self.W = nn.Linear(state_size, attention_size, bias=False)
        self.U = nn.Linear(memory_size, attention_size, bias=False)
        self.v = nn.Linear(attention_size, 1, bias=False)

    def forward(self, state, memory, mask=None):
        scores = []
        for t in range(memory.size(1)):
            scores.append(self.v(torch.tanh(self.W(state) + self.U(memory[:, t]))))
        scores = torch.cat(scores, dim=1)
        if mask is not None:
            scores = scores + torch.zeros_like(scores).masked_fill(~mask, -math.inf)
        weights = torch.softmax(scores, dim=1)
        context = sum(weights[:, t : t + 1] * memory[:, t] for t in range(memory.size(1)))
        return context, weights
