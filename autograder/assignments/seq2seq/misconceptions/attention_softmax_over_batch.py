"""Your softmax goes over the sentences of the batch, dimension 0. Each SENTENCE shares out its weight over its own
letters, the last dimension.
"""

exercise = "additive-attention"
must_fail = [
    "test_as_many_letters_as_sentences",
    "test_context",
    "test_gradients",
    "test_mask",
    "test_weights",
]
may_fail = ["test_hidden", "test_large_scores"]


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
        weights = torch.softmax(scores, dim=0)
        return (weights.unsqueeze(-1) * memory).sum(dim=1), weights
