"""The three sub-layers in a loop."""

exercise = "decoder-layer"


class DecoderLayer(nn.Module):
    def __init__(self, d_model, num_heads, d_ff):
        super().__init__()
        self.self_attention = MultiHeadAttention(d_model, num_heads)
        self.cross_attention = MultiHeadAttention(d_model, num_heads)
        self.feed_forward = FeedForward(d_model, d_ff)
        self.self_attention_norm = LayerNorm(d_model)
        self.cross_attention_norm = LayerNorm(d_model)
        self.feed_forward_norm = LayerNorm(d_model)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        steps = [
            (self.self_attention_norm, lambda y: self.self_attention(y, y, y, target_mask)[0]),
            (self.cross_attention_norm, lambda y: self.cross_attention(y, memory, memory, source_mask)[0]),
            (self.feed_forward_norm, self.feed_forward),
        ]
        for norm, sublayer in steps:
            x = sublayer(norm(x)) + x
        return x
