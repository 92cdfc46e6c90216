"""The feed-forward has no residual line: its result replaces what attention made. Add it to x, as you did with the
attention.
"""

exercise = "encoder-layer"
must_fail = ["test_values", "test_mask", "test_residual", "test_only_feed_forward", "test_single_token"]
may_fail = ["test_both_ways"]


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.attention_norm = LayerNorm(d_model)
        self.feed_forward_norm = LayerNorm(d_model)

    def forward(self, x, mask=None):
        normed = self.attention_norm(x)
        x = x + self.attention(normed, normed, normed, mask)[0]
        return self.feed_forward(self.feed_forward_norm(x))
