"""`view` cannot look at a tensor whose numbers do not lie in order in memory, and a transposed input's do not.
`reshape` copies where that is needed; here you need neither, because nn.Linear takes any leading dimensions.
"""

exercise = "multi-head-attention"
must_fail = ["test_non_contiguous"]
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
        B, T, d_model = query.shape
        rows = (x.view(-1, d_model) for x in (query, key, value))
        q, k, v = (
            split_heads(W(x).reshape(B, -1, d_model), self.num_heads)
            for W, x in zip((self.W_q, self.W_k, self.W_v), rows)
        )
        if mask is not None:
            mask = mask.unsqueeze(-3)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return self.W_o(merge_heads(output)), weights
