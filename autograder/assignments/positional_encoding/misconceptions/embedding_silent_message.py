"""Your ValueError does not say the lengths. Name both, the sentence's and the largest possible one, and whoever meets it
knows what to do.
"""

exercise = "token-and-position-embedding"
must_fail = ["test_message"]
may_fail = []


class TokenAndPositionEmbedding(nn.Module):
    def __init__(self, vocab_size, max_length, d_model):
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, d_model)
        self.positions = nn.Embedding(max_length, d_model)
        nn.init.normal_(self.tokens.weight, std=d_model ** -0.5)
        nn.init.normal_(self.positions.weight, std=d_model ** -0.5)

    def forward(self, ids):
        T = ids.shape[1]
        if T > self.positions.num_embeddings:
            raise ValueError("the sentence is too long")
        return self.tokens(ids) * math.sqrt(self.tokens.embedding_dim) + self.positions.weight[:T]
