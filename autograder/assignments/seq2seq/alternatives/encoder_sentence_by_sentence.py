"""Each sentence by itself, without its pads."""

exercise = "encoder"


class Encoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.gru = nn.GRU(embedding_size, hidden_size, batch_first=True, bidirectional=True)

    def forward(self, ids, lengths):
        h = self.gru.hidden_size
        states = torch.zeros(*ids.shape, 2 * h, device=ids.device)
        last = []
        for b in range(len(ids)):
            n = int(lengths[b])
            alone, end = self.gru(self.embedding(ids[b, :n]))       # (n, 2h), (2, h)
            states[b, :n] = alone
            last.append(end.reshape(2 * h))
        return states, torch.stack(last)
