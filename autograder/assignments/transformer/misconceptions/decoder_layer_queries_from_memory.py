"""In your cross_attention the memory asks and the target answers. The target asks (query), the memory answers (key and
value).
"""

exercise = "decoder-layer"
must_fail = ["test_values", "test_masks", "test_target_mask_alone", "test_future", "test_memory_as_it_is", "test_single_token"]
may_fail = ["test_residual", "test_memory_seen"]


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
        found = self.cross_attention(memory, normed, normed)[0]
        x = x + found.mean(dim=1, keepdim=True) if found.shape != x.shape else x + found
        return x + self.feed_forward(self.feed_forward_norm(x))
