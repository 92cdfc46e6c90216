"""Your module works in float32 whatever dtype it is in, and fails or returns float32 where half precision was asked
for. Let the dtype of inputs and weights pass through.
"""

exercise = "multi-head-attention"
must_fail = ["test_dtype"]
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
        q, k, v = (
            split_heads(F.linear(x.float(), W.weight.float(), W.bias.float()), self.num_heads)
            for W, x in ((self.W_q, query), (self.W_k, key), (self.W_v, value))
        )
        if mask is not None:
            mask = mask.unsqueeze(-3)
        output, weights = scaled_dot_product_attention(q, k, v, mask)
        return F.linear(merge_heads(output), self.W_o.weight.float(), self.W_o.bias.float()), weights
