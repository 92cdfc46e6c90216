"""You look without gradients (`no_grad`, `detach`). The attention's v, W and U never learn."""

exercise = "attentive-decoder"
must_fail = ["test_gradients"]
may_fail = ["test_learns"]


class AttentiveDecoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, state_size, memory_size, attention_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.attention = AdditiveAttention(state_size, memory_size, attention_size)
        self.cell = nn.GRUCell(embedding_size + memory_size, state_size)
        self.output = nn.Linear(state_size + memory_size, vocabulary_size)

    def forward(self, tokens, state, memory, mask=None):
        with torch.no_grad():
            context, weights = self.attention(state, memory, mask)
        state = self.cell(torch.cat([self.embedding(tokens), context], dim=-1), state)
        return self.output(torch.cat([state, context], dim=-1)), state, weights
