"""torch's functions on the tables."""

exercise = "bert-embeddings"
stand_in = True


class BertEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.words = nn.Embedding(config.vocab_size, config.d_model)
        self.positions = nn.Embedding(config.max_length, config.d_model)
        self.segments = nn.Embedding(config.num_segments, config.d_model)
        self.norm = nn.LayerNorm(config.d_model, eps=EPS)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, ids, segments=None):
        rows = F.embedding(ids, self.words.weight)
        rows = rows + self.positions.weight.narrow(0, 0, ids.size(1)).unsqueeze(0)
        rows = rows + F.embedding(torch.zeros_like(ids) if segments is None else segments, self.segments.weight)
        normed = F.layer_norm(rows, rows.shape[-1:], self.norm.weight, self.norm.bias, self.norm.eps)
        return F.dropout(normed, self.dropout.p, self.training)
