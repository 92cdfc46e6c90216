"""Sorted by length, packed, and put back in order."""

exercise = "encoder"


class Encoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.gru = nn.GRU(embedding_size, hidden_size, batch_first=True, bidirectional=True)

    def forward(self, ids, lengths):
        order = lengths.argsort(descending=True)
        back = order.argsort()
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(ids[order]), lengths[order].cpu(), batch_first=True)
        states, last = self.gru(packed)
        states = nn.utils.rnn.pad_packed_sequence(states, batch_first=True)[0]
        states = F.pad(states, (0, 0, 0, ids.shape[1] - states.shape[1]))[back]
        return states, last.transpose(0, 1).flatten(1)[back]
