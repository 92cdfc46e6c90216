"""You attend between the heads of one position, and not between positions: the heads were left behind the positions,
(B, T, H, d_head). Attention works on the last two dimensions.
"""

exercise = "multi-head-attention"
must_fail = [
    "test_self_attention",
    "test_encoder_decoder",
    "test_three_inputs",
    "test_weights",
    "test_single_position",
    "test_each_head",
    "test_number_of_heads",
    "test_one_mask_for_all",
    "test_mask_per_sentence",
    "test_nothing_to_see",
    "test_gradients",
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
        B, _, d_model = query.shape
        shape = (B, -1, self.num_heads, d_model // self.num_heads)
        q, k, v = self.W_q(query).view(shape), self.W_k(key).view(shape), self.W_v(value).view(shape)
        output, weights = scaled_dot_product_attention(q, k, v)
        return self.W_o(output.reshape(B, -1, d_model)), weights
