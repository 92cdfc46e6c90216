"""Only your queries are normed; keys and values come from x as it is. In self-attention all three are the same normed
copy.
"""

exercise = "encoder-layer"
must_fail = ["test_values", "test_mask", "test_single_token"]
may_fail = []


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.attention_norm = LayerNorm(d_model)
        self.feed_forward_norm = LayerNorm(d_model)

    def forward(self, x, mask=None):
        x = x + self.attention(self.attention_norm(x), x, x, mask)[0]
        return x + self.feed_forward(self.feed_forward_norm(x))
