"""Without segments you add nothing. `None` means that all are segment 0, and row 0 of the table is a vector like any
other.
"""

exercise = "bert-embeddings"
must_fail = ["test_no_segments"]
may_fail = []


class BertEmbeddings(nn.Module):

    def __init__(self, config):
        super().__init__()
        self.words = nn.Embedding(config.vocab_size, config.d_model)
        self.positions = nn.Embedding(config.max_length, config.d_model)
        self.segments = nn.Embedding(config.num_segments, config.d_model)
        self.norm = nn.LayerNorm(config.d_model, eps=EPS)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, ids, segments=None):
        places = torch.arange(ids.shape[1], device=ids.device)                 # (T,)
        x = self.words(ids) + self.positions(places) + (0 if segments is None else self.segments(segments))     # (B, T, d)
        return self.dropout(self.norm(x))                                      # (B, T, d)
