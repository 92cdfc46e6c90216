"""One-hot vectors times the tables, and an error that comes from a caught one."""

exercise = "token-and-position-embedding"


class TokenAndPositionEmbedding(nn.Module):
    def __init__(self, vocab_size, max_length, d_model):
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, d_model)
        self.positions = nn.Embedding(max_length, d_model)
        nn.init.normal_(self.tokens.weight, std=d_model ** -0.5)
        nn.init.normal_(self.positions.weight, std=d_model ** -0.5)

    def forward(self, ids):
        T = ids.size(-1)
        try:
            rows = self.positions.weight[range(T)]
        except IndexError as error:
            raise ValueError(f"too long: {T} > {self.positions.num_embeddings}") from error
        one_hot = F.one_hot(ids, self.tokens.num_embeddings).to(self.tokens.weight.dtype)
        return torch.einsum("btv,vd->btd", one_hot, self.tokens.weight) * rows.shape[-1] ** 0.5 + rows
