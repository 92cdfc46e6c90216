"""You subtract 1 from lengths in place. The caller's lengths are wrong from now on."""

exercise = "encoder"
must_fail = ["test_inputs_unchanged"]
may_fail = []


class Encoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.gru = nn.GRU(embedding_size, hidden_size, batch_first=True, bidirectional=True)

    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(self.gru(packed)[0], batch_first=True, total_length=ids.shape[1])
        lengths -= 1
        h = self.gru.hidden_size
        return states, torch.cat([states[torch.arange(len(ids)), lengths, :h], states[:, 0, h:]], dim=-1)
