"""One sentence after the other."""

exercise = "decoder"


class Decoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, state_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.cell = nn.GRUCell(embedding_size, state_size)
        self.output = nn.Linear(state_size, vocabulary_size)

    def forward(self, tokens, state):
        new = torch.stack([self.cell(self.embedding.weight[token], s) for token, s in zip(tokens, state)])
        return self.output(new), new
