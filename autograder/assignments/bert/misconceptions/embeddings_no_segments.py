"""Segments are ignored: the row of each token's segment is to be added."""

exercise = "bert-embeddings"
must_fail = ["test_values", "test_no_segments", "test_lengths", "test_dropout", "test_all_learn"]
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
        if segments is None:
            segments = torch.zeros_like(ids)                                   # (B, T)
        places = torch.arange(ids.shape[1], device=ids.device)                 # (T,)
        x = self.words(ids) + self.positions(places)     # (B, T, d)
        return self.dropout(self.norm(x))                                      # (B, T, d)
