"""You return the old state. The next step starts where this one did, and the decoder says the same for ever."""

exercise = "decoder"
must_fail = ["test_gradients", "test_one_sentence", "test_state"]
may_fail = []


class Decoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, state_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.cell = nn.GRUCell(embedding_size, state_size)
        self.output = nn.Linear(state_size, vocabulary_size)

    def forward(self, tokens, state):
        new = self.cell(self.embedding(tokens), state)
        return self.output(new), state
