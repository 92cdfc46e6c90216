"""You set the embeddings of pads to 0 and let nn.GRU read them. A step with an input of 0 still changes the state:
the biases and the old state are at work.
"""

exercise = "encoder"
must_fail = ["test_gradients", "test_last_with_pads", "test_states_with_pads", "test_wider_than_needed"]
may_fail = []


class Encoder(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.gru = nn.GRU(embedding_size, hidden_size, batch_first=True, bidirectional=True)

    def forward(self, ids, lengths):
        real = torch.arange(ids.shape[1]) < lengths[:, None]
        states, last = self.gru(self.embedding(ids) * real.unsqueeze(-1))
        return states * real.unsqueeze(-1), torch.cat([last[0], last[1]], dim=-1)
