"""Softmax first; then what is hidden is taken away and the rest brought back to a sum of 1."""

exercise = "additive-attention"


class AdditiveAttention(nn.Module):
    def __init__(self, state_size, memory_size, attention_size):
        super().__init__()
        self.W = nn.Linear(state_size, attention_size, bias=False)
        self.U = nn.Linear(memory_size, attention_size, bias=False)
        self.v = nn.Linear(attention_size, 1, bias=False)

    def forward(self, state, memory, mask=None):
        scores = (torch.tanh(self.W(state)[:, None, :] + self.U(memory)) @ self.v.weight.T)[..., 0]
        if mask is not None:
            scores = scores - (scores.masked_fill(~mask, -1e30)).max(dim=1, keepdim=True).values
            powers = torch.exp(scores.clamp(max=0)) * mask
            weights = powers / powers.sum(dim=1, keepdim=True)
        else:
            weights = scores.softmax(dim=1)
        return (weights[:, None] @ memory).squeeze(1), weights
