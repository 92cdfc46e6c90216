"""The gates written out."""

exercise = "decoder"


class Decoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, state_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.cell = nn.GRUCell(embedding_size, state_size)
        self.output = nn.Linear(state_size, vocabulary_size)

    def forward(self, tokens, state):
        x = self.embedding(tokens)
        gates_x = x @ self.cell.weight_ih.T + self.cell.bias_ih
        gates_s = state @ self.cell.weight_hh.T + self.cell.bias_hh
        rx, zx, nx = gates_x.chunk(3, dim=1)
        rs, zs, ns = gates_s.chunk(3, dim=1)
        r, z = torch.sigmoid(rx + rs), torch.sigmoid(zx + zs)
        new = (1 - z) * torch.tanh(nx + r * ns) + z * state
        return F.linear(new, self.output.weight, self.output.bias), new
