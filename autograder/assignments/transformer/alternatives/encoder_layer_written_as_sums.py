"""Named results, and += on a tensor of its own."""

exercise = "encoder-layer"


class EncoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff):
        super().__init__()
        self.attention = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.attention_norm = LayerNorm(d_model)
        self.feed_forward_norm = LayerNorm(d_model)

    def forward(self, x, mask=None):
        a = self.attention_norm(x)
        attended, _ = self.attention(query=a, key=a, value=a, mask=mask)
        total = x.clone()
        total += attended
        thought = self.feed_forward(self.feed_forward_norm(total))
        return thought + attended + x
