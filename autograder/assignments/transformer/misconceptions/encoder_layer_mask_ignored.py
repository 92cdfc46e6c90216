"""Your layer does not hand its mask on to the attention, so real tokens mix in the pads."""

exercise = "encoder-layer"
must_fail = ["test_mask"]
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
        x = x + self.attention(normed, normed, normed)[0]
        return x + self.feed_forward(self.feed_forward_norm(x))
