"""You call the cell without the old state, so that each step starts from zeros and the decoder knows nothing of the
source.
"""

exercise = "decoder"
must_fail = ["test_gradients", "test_logits", "test_one_sentence", "test_state"]
may_fail = []


class Decoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, state_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.cell = nn.GRUCell(embedding_size, state_size)
        self.output = nn.Linear(state_size, vocabulary_size)

    def forward(self, tokens, state):
        state = self.cell(self.embedding(tokens))
        return self.output(state), state
