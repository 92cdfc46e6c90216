"""You sort the sentences by length for packing and do not put them back. Each sentence is given another one's states.
"""

exercise = "encoder"
must_fail = ["test_gradients", "test_neighbours", "test_wider_than_needed"]
may_fail = ["test_last_with_pads", "test_states_with_pads"]


class Encoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.gru = nn.GRU(embedding_size, hidden_size, batch_first=True, bidirectional=True)

    def forward(self, ids, lengths):
        order = lengths.argsort(descending=True, stable=True)
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(ids[order]), lengths[order], batch_first=True)
        states, last = self.gru(packed)
        states, _ = nn.utils.rnn.pad_packed_sequence(states, batch_first=True, total_length=ids.shape[1])
        return states, torch.cat([last[0], last[1]], dim=-1)
