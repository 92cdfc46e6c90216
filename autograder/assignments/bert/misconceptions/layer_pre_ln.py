"""Your layer is pre-LN, as in the last lesson: x + Sublayer(LayerNorm(x)). BERT is post-LN: LayerNorm(x + Sublayer(x)).
"""

exercise = "bert-layer"
must_fail = ["test_values", "test_mask", "test_norms_on_the_main_road", "test_exact_gelu", "test_dropout"]
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
        n = self.attention_norm(x)
        looked, _ = self.attention(n, n, n, mask)         # (B, T, d)
        x = x + self.dropout(looked)                      # (B, T, d)
        thought = self.W_2(F.gelu(self.W_1(self.feed_forward_norm(x))))                                # (B, T, d)
        return x + self.dropout(thought)               # (B, T, d)
