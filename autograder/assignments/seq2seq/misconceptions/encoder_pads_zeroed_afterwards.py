"""You let nn.GRU read the pads, and set the states there to 0 afterwards. The forward reader is right, but the
backward one has read the pads first, and all its states are spoilt.
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
        states, _ = self.gru(self.embedding(ids))
        states = states * (torch.arange(ids.shape[1]) < lengths[:, None]).unsqueeze(-1)
        h = self.gru.hidden_size
        return states, torch.cat([states[torch.arange(len(ids)), lengths - 1, :h], states[:, 0, h:]], dim=-1)
