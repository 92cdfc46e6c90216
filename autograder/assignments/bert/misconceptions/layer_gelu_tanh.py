"""Your GELU is the approximation with a tanh. BERT's is exact (erf); the difference is in the fourth digit, and enough
to see with published weights.
"""

exercise = "bert-layer"
must_fail = ["test_exact_gelu"]
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
        x = self.attention_norm(x + self.dropout(looked))                      # (B, T, d)
        thought = self.W_2(F.gelu(self.W_1(x), approximate="tanh"))                                # (B, T, d)
        return self.feed_forward_norm(x + self.dropout(thought))               # (B, T, d)
