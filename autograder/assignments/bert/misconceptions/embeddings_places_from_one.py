"""Your places begin at 1. The first token stands at place 0; a text of full length would fall off the table."""

exercise = "bert-embeddings"
must_fail = ["test_values", "test_no_segments", "test_lengths", "test_dropout"]
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
        places = (torch.arange(ids.shape[1], device=ids.device) + 1).clamp(max=self.positions.num_embeddings - 1)                 # (T,)
        x = self.words(ids) + self.positions(places) + self.segments(segments)     # (B, T, d)
        return self.dropout(self.norm(x))                                      # (B, T, d)
