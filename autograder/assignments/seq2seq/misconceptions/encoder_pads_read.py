"""You give nn.GRU the pads to read. The reader from the back begins with them, so its states depend on how long the
neighbours in the batch are, and last is taken after the pads.
"""

exercise = "encoder"
must_fail = [
    "test_gradients",
    "test_last_with_pads",
    "test_pads_have_no_influence",
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
        states, last = self.gru(self.embedding(ids))
        return states, torch.cat([last[0], last[1]], dim=-1)
