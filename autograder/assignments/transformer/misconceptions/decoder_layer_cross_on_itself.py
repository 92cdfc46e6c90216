"""Your cross_attention takes its keys and values from the target. They come from the memory; only the queries are the
target's.
"""

exercise = "decoder-layer"
must_fail = ["test_values", "test_memory_as_it_is", "test_memory_seen", "test_single_token", "test_target_mask_alone", "test_masks", "test_future"]
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
        normed = self.cross_attention_norm(x)
        x = x + self.cross_attention(normed, normed, normed)[0]
        return x + self.feed_forward(self.feed_forward_norm(x))
