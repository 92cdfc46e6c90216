"""You take the best letter only. A choice by argmax has no gradient, so that W, U and v could not learn where to
look.
"""

exercise = "additive-attention"
must_fail = ["test_as_many_letters_as_sentences", "test_context", "test_gradients", "test_mask", "test_weights"]
may_fail = ["test_large_scores"]


class AdditiveAttention(nn.Module):
    def __init__(self, state_size, memory_size, attention_size):
        super().__init__()
        self.W = nn.Linear(state_size, attention_size, bias=False)
        self.U = nn.Linear(memory_size, attention_size, bias=False)
        self.v = nn.Linear(attention_size, 1, bias=False)

    def forward(self, state, memory, mask=None):
        scores = self.v(torch.tanh(self.W(state).unsqueeze(1) + self.U(memory))).squeeze(-1)
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e9)
        weights = F.one_hot(scores.argmax(dim=-1), scores.shape[-1]).float()
        return (weights.unsqueeze(-1) * memory).sum(dim=1), weights
