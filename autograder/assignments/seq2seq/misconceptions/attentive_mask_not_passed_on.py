"""You do not pass the mask on to the attention: the decoder looks at pads."""

exercise = "attentive-decoder"
must_fail = ["test_gradients", "test_hidden", "test_logits", "test_state", "test_weights"]
may_fail = ["test_learns"]


class AttentiveDecoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, state_size, memory_size, attention_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.attention = AdditiveAttention(state_size, memory_size, attention_size)
        self.cell = nn.GRUCell(embedding_size + memory_size, state_size)
        self.output = nn.Linear(state_size + memory_size, vocabulary_size)

    def forward(self, tokens, state, memory, mask=None):
        context, weights = self.attention(state, memory)
        state = self.cell(torch.cat([self.embedding(tokens), context], dim=-1), state)
        return self.output(torch.cat([state, context], dim=-1)), state, weights
