"""A loop over heads, each with its own rows of the weights."""

exercise = "multi-head-attention"


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
        q, k, v = self.W_q(query), self.W_k(key), self.W_v(value)
        d_head = q.size(-1) // self.num_heads
        outputs, weights = [], []
        for head in range(self.num_heads):
            part = slice(head * d_head, (head + 1) * d_head)
            out, w = scaled_dot_product_attention(q[..., part], k[..., part], v[..., part], mask)
            outputs.append(out)
            weights.append(w)
        return self.W_o(torch.cat(outputs, dim=-1)), torch.stack(weights, dim=1)
