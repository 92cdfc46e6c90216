"""The places looked up like the tokens, for the whole batch."""

exercise = "token-and-position-embedding"


class TokenAndPositionEmbedding(nn.Module):
    def __init__(self, vocab_size, max_length, d_model):
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, d_model)
        self.positions = nn.Embedding(max_length, d_model)
        nn.init.normal_(self.tokens.weight, std=d_model ** -0.5)
        nn.init.normal_(self.positions.weight, std=d_model ** -0.5)

    def forward(self, ids):
        B, T = ids.shape
        most = self.positions.weight.shape[0]
        if T > most:
            raise ValueError(f"at most {most} tokens, not {T}")
        places = torch.arange(T, device=ids.device).unsqueeze(0).expand(B, T)
        return self.tokens(ids) * self.tokens.embedding_dim ** 0.5 + self.positions(places)
