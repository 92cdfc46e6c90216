"""Each of your heads gets some positions in full instead of a part of every position: `view(B, H, T, d_head)` just
counts the numbers off. `split_heads` does it right.
"""

exercise = "multi-head-attention"
must_fail = [
    "test_self_attention",
    "test_encoder_decoder",
    "test_three_inputs",
    "test_weights",
    "test_each_head",
    "test_number_of_heads",
    "test_one_mask_for_all",
    "test_mask_per_sentence",
    "test_future",
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
        B, Tq, d_model = query.shape
        H = self.num_heads
        q = self.W_q(query).view(B, H, Tq, d_model // H)
        k = self.W_k(key).view(B, H, key.shape[1], d_model // H)
        v = self.W_v(value).view(B, H, key.shape[1], d_model // H)
        if mask is not None:
            mask = mask.unsqueeze(-3)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.W_o(merge_heads(output)), weights
