"""You write into ids (here into the last token of each sentence), and so change the caller's batch."""

exercise = "token-and-position-embedding"
must_fail = [
    "test_values",
    "test_tokens_scaled",
    "test_by_place",
    "test_longest",
    "test_learns",
    "test_dtype",
    "test_inputs_unchanged",
]
may_fail = []


class TokenAndPositionEmbedding(nn.Module):
    def __init__(self, vocab_size, max_length, d_model):
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, d_model)
        self.positions = nn.Embedding(max_length, d_model)
        nn.init.normal_(self.tokens.weight, std=d_model ** -0.5)
        nn.init.normal_(self.positions.weight, std=d_model ** -0.5)

    def forward(self, ids):
        T, max_length = ids.shape[1], self.positions.num_embeddings
        if T > max_length:
            raise ValueError(f"{T} tokens, but only {max_length} places")
        ids[:, -1] = (ids[:, -1] + 1) % self.tokens.num_embeddings
        return self.tokens(ids) * math.sqrt(self.tokens.embedding_dim) + self.positions.weight[:T]
