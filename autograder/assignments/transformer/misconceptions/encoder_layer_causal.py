"""You put a causal mask into the encoder. The source is known as a whole: each of its tokens may look both ways."""

exercise = "encoder-layer"
must_fail = ["test_values", "test_mask", "test_both_ways"]
may_fail = []


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.attention_norm = LayerNorm(d_model)
        self.feed_forward_norm = LayerNorm(d_model)

    def forward(self, x, mask=None):
        normed = self.attention_norm(x)
        mask = combine_masks(mask, causal_mask(x.shape[1], x.device))
        x = x + self.attention(normed, normed, normed, mask)[0]
        return x + self.feed_forward(self.feed_forward_norm(x))
