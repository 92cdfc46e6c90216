"""Dropout acts on the sums, and so on the residual line itself. It belongs on what the sub-layer brings."""

exercise = "bert-layer"
must_fail = ["test_dropout"]
may_fail = []


class BertLayer(nn.Module):

    def __init__(self, config):
        super().__init__()
        self.attention = MultiHeadAttention(config.d_model, config.num_heads)
        self.attention_norm = nn.LayerNorm(config.d_model, eps=EPS)
        self.W_1 = nn.Linear(config.d_model, config.d_ff)
        self.W_2 = nn.Linear(config.d_ff, config.d_model)
        self.feed_forward_norm = nn.LayerNorm(config.d_model, eps=EPS)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x, mask=None):
        looked, _ = self.attention(query=x, key=x, value=x, mask=mask)         # (B, T, d)
        x = self.attention_norm(self.dropout(x + looked))                      # (B, T, d)
        thought = self.W_2(F.gelu(self.W_1(x)))                                # (B, T, d)
        return self.feed_forward_norm(self.dropout(x + thought))               # (B, T, d)
