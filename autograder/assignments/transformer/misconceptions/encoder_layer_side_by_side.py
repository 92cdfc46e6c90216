"""Your feed-forward works on the layer's input, beside the attention. It comes after it: what it gets is the sum of x
and what attention found. (Some later models do run them side by side.)
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
        normed = self.attention_norm(x)
        return x + self.attention(normed, normed, normed, mask)[0] + self.feed_forward(self.feed_forward_norm(x))
