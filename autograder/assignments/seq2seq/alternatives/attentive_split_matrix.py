"""The output's matrix cut in two, one part for the state and one for the context."""

exercise = "attentive-decoder"


class AttentiveDecoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, state_size, memory_size, attention_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.attention = AdditiveAttention(state_size, memory_size, attention_size)
        self.cell = nn.GRUCell(embedding_size + memory_size, state_size)
        self.output = nn.Linear(state_size + memory_size, vocabulary_size)

    def forward(self, tokens, state, memory, mask=None):
        context, weights = self.attention.forward(state, memory, mask)
        both = state.new_empty(len(tokens), self.cell.input_size)
        both[:, : self.embedding.embedding_dim] = self.embedding(tokens)
        both[:, self.embedding.embedding_dim :] = context
        state = self.cell(both, state)
        S = state.shape[1]
        left, right = self.output.weight[:, :S], self.output.weight[:, S:]
        return state @ left.T + context @ right.T + self.output.bias, state, weights
