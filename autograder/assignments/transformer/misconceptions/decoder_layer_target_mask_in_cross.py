"""You use target_mask in the attention on the memory as well. There it hides the end of the source from early target
tokens (or, for other lengths, stops with an error); the source's own mask belongs there.
"""

exercise = "decoder-layer"
must_fail = ["test_masks", "test_target_mask_alone", "test_future"]
may_fail = []


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
        x = x + self.self_attention(*[self.self_attention_norm(x)] * 3, target_mask)[0]
        x = x + self.cross_attention(self.cross_attention_norm(x), memory, memory, target_mask)[0]
        return x + self.feed_forward(self.feed_forward_norm(x))
