"""Your score for hidden places is -10. That is low, but not nothing: where the real scores are low as well, pads are
seen.
"""

exercise = "additive-attention"
must_fail = ["test_hidden"]
may_fail = ["test_gradients", "test_large_scores", "test_mask"]


class AdditiveAttention(nn.Module):
    def __init__(self, state_size, memory_size, attention_size):
        super().__init__()
        self.W = nn.Linear(state_size, attention_size, bias=False)
        self.U = nn.Linear(memory_size, attention_size, bias=False)
        self.v = nn.Linear(attention_size, 1, bias=False)

    def forward(self, state, memory, mask=None):
        scores = self.v(torch.tanh(self.W(state).unsqueeze(1) + self.U(memory))).squeeze(-1)
        if mask is not None:
            scores = scores.masked_fill(~mask, -10.0)
        weights = torch.softmax(scores, dim=-1)
        return (weights.unsqueeze(-1) * memory).sum(dim=1), weights
