"""You return probabilities. The loss takes a softmax itself, and two of them flatten the differences."""

exercise = "attentive-decoder"
must_fail = ["test_gradients", "test_learns", "test_logits", "test_no_mask", "test_one_letter", "test_steps"]
may_fail = []


class AttentiveDecoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, state_size, memory_size, attention_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.attention = AdditiveAttention(state_size, memory_size, attention_size)
        self.cell = nn.GRUCell(embedding_size + memory_size, state_size)
        self.output = nn.Linear(state_size + memory_size, vocabulary_size)

    def forward(self, tokens, state, memory, mask=None):
        context, weights = self.attention(state, memory, mask)
        state = self.cell(torch.cat([self.embedding(tokens), context], dim=-1), state)
        return torch.softmax(self.output(torch.cat([state, context], dim=-1)), dim=-1), state, weights
