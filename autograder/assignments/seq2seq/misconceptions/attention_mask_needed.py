"""Your attention stops with an error when there is no mask. None means that everything may be looked at."""

exercise = "additive-attention"
must_fail = ["test_all_seen", "test_as_many_letters_as_sentences", "test_context", "test_one_letter", "test_weights"]
may_fail = []


class AdditiveAttention(nn.Module):
    def __init__(self, state_size, memory_size, attention_size):
        super().__init__()
        self.W = nn.Linear(state_size, attention_size, bias=False)
        self.U = nn.Linear(memory_size, attention_size, bias=False)
        self.v = nn.Linear(attention_size, 1, bias=False)

    def forward(self, state, memory, mask=None):
        scores = self.v(torch.tanh(self.W(state).unsqueeze(1) + self.U(memory))).squeeze(-1)
        scores = scores.masked_fill(mask.logical_not(), -1e9)
        weights = torch.softmax(scores, dim=-1)
        return (weights.unsqueeze(-1) * memory).sum(dim=1), weights
