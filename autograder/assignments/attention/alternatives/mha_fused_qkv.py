"""Queries, keys and values through one product with the three weights on top of each other, then split by hand."""

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
        if query is key and key is value:
            weight = torch.cat([self.W_q.weight, self.W_k.weight, self.W_v.weight])   # (3 d_model, d_model)
            bias = torch.cat([self.W_q.bias, self.W_k.bias, self.W_v.bias])
            q, k, v = F.linear(query, weight, bias).chunk(3, dim=-1)
        else:
            q = self.W_q(query)
            k, v = self.W_k(key), self.W_v(value)
        q, k, v = (split_heads(x, self.num_heads) for x in (q, k, v))
        if mask is not None:
            mask = mask.unsqueeze(0).unsqueeze(0) if mask.dim() == 2 else mask.unsqueeze(1)
        found, weights = scaled_dot_product_attention(q, k, v, mask=mask)
        return self.W_o(merge_heads(found)), weights
