"""You detach the state. No gradient flows back through the steps, and the encoder never learns what the decoder
needs.
"""

exercise = "decoder"
must_fail = ["test_gradients"]
may_fail = []


class Decoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, state_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.cell = nn.GRUCell(embedding_size, state_size)
        self.output = nn.Linear(state_size, vocabulary_size)

    def forward(self, tokens, state):
        state = self.cell(self.embedding(tokens), state).detach()
        return self.output(state), state
