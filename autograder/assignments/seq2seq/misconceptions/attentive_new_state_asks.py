"""The NEW state asks. It is made without a context, and asks afterwards. Here the state BEFORE the step asks, and the
context goes into the new one.
"""

exercise = "attentive-decoder"
must_fail = ["test_gradients", "test_logits", "test_no_mask", "test_steps", "test_weights"]
may_fail = ["test_learns"]


class AttentiveDecoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, state_size, memory_size, attention_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.attention = AdditiveAttention(state_size, memory_size, attention_size)
        self.cell = nn.GRUCell(embedding_size + memory_size, state_size)
        self.output = nn.Linear(state_size + memory_size, vocabulary_size)

    def forward(self, tokens, state, memory, mask=None):
        context, _ = self.attention(state, memory, mask)
        new = self.cell(torch.cat([self.embedding(tokens), context], dim=-1), state)
        context, weights = self.attention(new, memory, mask)
        return self.output(torch.cat([new, context], dim=-1)), new, weights
