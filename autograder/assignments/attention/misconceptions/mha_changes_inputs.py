"""You write the projections into the arguments themselves. In self-attention all three are the same tensor, so the keys
would be made of queries, and the caller has lost the words.
"""

exercise = "multi-head-attention"
must_fail = [
    "test_future",
    "test_nothing_to_see",
    "test_gradients",
    "test_all_projections_learn",
    "test_inputs_unchanged",
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
        q = split_heads(query.copy_(self.W_q(query)), self.num_heads)
        k = split_heads(key.copy_(self.W_k(key)), self.num_heads)
        v = split_heads(value.copy_(self.W_v(value)), self.num_heads)
        if mask is not None:
            mask = mask.unsqueeze(-3)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.W_o(merge_heads(output)), weights
