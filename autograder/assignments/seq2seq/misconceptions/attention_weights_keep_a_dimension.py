"""Your weights are (B, T_in, 1): v leaves a last dimension of 1, which has to go."""

exercise = "additive-attention"
must_fail = ["test_as_many_letters_as_sentences", "test_gradients", "test_mask", "test_one_letter", "test_weights"]
may_fail = ["test_large_scores"]


class AdditiveAttention(nn.Module):
    def __init__(self, state_size, memory_size, attention_size):
        super().__init__()
        self.W = nn.Linear(state_size, attention_size, bias=False)
        self.U = nn.Linear(memory_size, attention_size, bias=False)
        self.v = nn.Linear(attention_size, 1, bias=False)

    def forward(self, state, memory, mask=None):
        scores = self.v(torch.tanh(self.W(state).unsqueeze(1) + self.U(memory)))
        if mask is not None:
            scores = scores.masked_fill(~mask.unsqueeze(-1), -1e9)
        weights = torch.softmax(scores, dim=1)
        return (weights * memory).sum(dim=1), weights
