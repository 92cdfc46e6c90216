"""Your states are as wide as the longest sentence, not as ids. They no longer fit a mask made of ids; `total_length`
keeps the width.
"""

exercise = "encoder"
must_fail = ["test_wider_than_needed"]
may_fail = []


class Encoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.gru = nn.GRU(embedding_size, hidden_size, batch_first=True, bidirectional=True)

    def forward(self, ids, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        states, last = self.gru(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True)
        return states, torch.cat([last[0], last[1]], dim=-1)
