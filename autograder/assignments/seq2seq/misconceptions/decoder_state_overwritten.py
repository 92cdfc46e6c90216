"""You write the new state into the old one's memory. The caller may still need the old one."""

exercise = "decoder"
must_fail = ["test_gradients", "test_inputs_unchanged"]
may_fail = []


class Decoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, state_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.cell = nn.GRUCell(embedding_size, state_size)
        self.output = nn.Linear(state_size, vocabulary_size)

    def forward(self, tokens, state):
        new = self.cell(self.embedding(tokens), state)
        with torch.no_grad():
            state.copy_(new)
        return self.output(new), new
