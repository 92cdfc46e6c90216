"""Your layer is post-LN: the norm comes after the sum, as in the original paper. Here pre-LN is asked for: x +
Sublayer(LayerNorm(x)).
"""

exercise = "encoder-layer"
must_fail = ["test_values", "test_mask", "test_residual", "test_only_feed_forward", "test_single_token"]
may_fail = []


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.attention_norm = LayerNorm(d_model)
        self.feed_forward_norm = LayerNorm(d_model)

    def forward(self, x, mask=None):
        x = self.attention_norm(x + self.attention(x, x, x, mask)[0])
        return self.feed_forward_norm(x + self.feed_forward(x))
