"""You make the places on the CPU, and the tables may live on a GPU. Give `torch.arange` the device of ids."""

exercise = "token-and-position-embedding"
must_fail = ["test_device"]
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
        places = F.one_hot(torch.arange(T), max_length).to(self.positions.weight.dtype)
        return self.tokens(ids) * math.sqrt(self.tokens.embedding_dim) + places @ self.positions.weight
