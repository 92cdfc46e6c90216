"""Your layer has no residual lines: what a sub-layer gives replaces x instead of being added to it."""

exercise = "encoder-layer"
must_fail = ["test_values", "test_mask", "test_residual", "test_only_feed_forward", "test_single_token"]
may_fail = ["test_both_ways", "test_all_learn"]


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.attention_norm = LayerNorm(d_model)
        self.feed_forward_norm = LayerNorm(d_model)

    def forward(self, x, mask=None):
        normed = self.attention_norm(x)
        x = self.attention(normed, normed, normed, mask)[0]
        return self.feed_forward(self.feed_forward_norm(x))
