"""Your residual line starts from the normed copy: `x = norm(x)` and then `x + …`. Keep x, and norm a copy under another
name, or the line from bottom to top is cut in every layer.
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
        x = self.attention_norm(x)
        x = x + self.attention(x, x, x, mask)[0]
        x = self.feed_forward_norm(x)
        return x + self.feed_forward(x)
