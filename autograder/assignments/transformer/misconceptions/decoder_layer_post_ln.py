"""Your decoder layer is post-LN: each norm comes after the sum, as in the original paper. Here pre-LN is asked for: x +
Sublayer(LayerNorm(x)).
"""

exercise = "decoder-layer"
must_fail = ["test_values", "test_masks", "test_target_mask_alone", "test_residual", "test_memory_as_it_is", "test_single_token"]
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
        x = self.self_attention_norm(x + self.self_attention(x, x, x, target_mask)[0])
        x = self.cross_attention_norm(x + self.cross_attention(x, memory, memory, source_mask)[0])
        return self.feed_forward_norm(x + self.feed_forward(x))
