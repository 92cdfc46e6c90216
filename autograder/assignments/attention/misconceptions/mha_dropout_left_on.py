"""Your module answers the same question differently each time, because it drops weights at random. This lesson asks for
no dropout; where it is used, it must be off in evaluation.
"""

exercise = "multi-head-attention"
must_fail = [
    "test_self_attention",
    "test_encoder_decoder",
    "test_three_inputs",
    "test_single_position",
    "test_each_head",
    "test_number_of_heads",
    "test_future",
    "test_gradients",
    "test_dtype",
    "test_non_contiguous",
    "test_batch",
    "test_repeatable",
]
may_fail = []


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"{d_model} numbers cannot be cut into {num_heads} equal heads")
        self.num_heads = num_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q = split_heads(self.W_q(query), self.num_heads)
        k = split_heads(self.W_k(key), self.num_heads)
        v = split_heads(self.W_v(value), self.num_heads)
        if mask is not None:
            mask = mask.unsqueeze(-3)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        output = F.dropout(output, 0.5)
        return self.W_o(merge_heads(output)), weights
