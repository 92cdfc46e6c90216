"""You keep the state in the module and add it to the one that is handed in. The answer then depends on what was asked
before.
"""

exercise = "decoder"
must_fail = ["test_steps"]
may_fail = []


class Decoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, state_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.cell = nn.GRUCell(embedding_size, state_size)
        self.output = nn.Linear(state_size, vocabulary_size)

    def forward(self, tokens, state):
        kept = getattr(self, "kept", None)
        if kept is not None and kept.shape == state.shape:
            state = state + kept
        state = self.cell(self.embedding(tokens), state)
        self.kept = state.detach()
        return self.output(state), state
