"""You add the states of the two readers instead of laying them side by side. Half the room is lost, and nobody can
tell what came from which side.
"""

exercise = "encoder"
must_fail = [
    "test_gradients",
    "test_last",
    "test_last_with_pads",
    "test_one_letter",
    "test_states",
    "test_states_with_pads",
    "test_wider_than_needed",
]
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
        return states.unflatten(-1, (2, -1)).sum(dim=-2), last.sum(dim=0)
