"""You check the length with `assert`, which raises an AssertionError, and nothing at all under `python -O`. A caller's
mistake is a ValueError.
"""

exercise = "token-and-position-embedding"
must_fail = ["test_too_long", "test_message"]
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
        assert T <= max_length, f"{T} tokens, but only {max_length} places"
        return self.tokens(ids) * math.sqrt(self.tokens.embedding_dim) + self.positions.weight[:T]
