"""You read the last forward state at `lengths` instead of `lengths - 1`: positions count from 0."""

exercise = "encoder"
must_fail = ["test_gradients", "test_last_with_pads", "test_wider_than_needed"]
may_fail = []


class Encoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.gru = nn.GRU(embedding_size, hidden_size, batch_first=True, bidirectional=True)

    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        states, last = self.gru(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True, total_length=ids.shape[1])
        h = self.gru.hidden_size
        place = lengths.clamp(max=ids.shape[1] - 1)
        return states, torch.cat([states[torch.arange(len(ids)), place, :h], last[1]], dim=-1)
