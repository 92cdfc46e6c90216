"""The same with hstack, and the embedding looked up by index."""

exercise = "attentive-decoder"


class AttentiveDecoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, state_size, memory_size, attention_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.attention = AdditiveAttention(state_size, memory_size, attention_size)
        self.cell = nn.GRUCell(embedding_size + memory_size, state_size)
        self.output = nn.Linear(state_size + memory_size, vocabulary_size)

    def forward(self, tokens, state, memory, mask=None):
        context, weights = self.attention(state, memory, mask=mask)
        new = self.cell(torch.hstack((self.embedding.weight[tokens], context)), state)
        logits = self.output(torch.hstack((new, context)))
        return logits, new, weights
