"""You deal the features out to the heads like cards: the first to head 0, the second to head 1, and so on. A head gets
neighbouring features, as in `split_heads`; otherwise it reads other rows of the weights than everyone else's.
"""

exercise = "multi-head-attention"
must_fail = [
    "test_self_attention",
    "test_encoder_decoder",
    "test_three_inputs",
    "test_weights",
    "test_each_head",
    "test_one_mask_for_all",
    "test_mask_per_sentence",
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
        shape = (B, -1, d_model // self.num_heads, self.num_heads)
        q, k, v = (
            W(x).reshape(shape).permute(0, 3, 1, 2)
            for W, x in ((self.W_q, query), (self.W_k, key), (self.W_v, value))
        )
        if mask is not None:
            mask = mask.unsqueeze(-3)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.W_o(output.permute(0, 2, 3, 1).reshape(B, -1, d_model)), weights
