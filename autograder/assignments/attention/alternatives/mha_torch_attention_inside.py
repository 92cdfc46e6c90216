"""The output by torch's own scaled dot-product attention, the weights by hand."""

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
        q = split_heads(self.W_q(query), self.num_heads)
        k = split_heads(self.W_k(key), self.num_heads)
        v = split_heads(self.W_v(value), self.num_heads)
        scores = q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5
        blind = None
        if mask is not None:
            mask = mask.unsqueeze(-3)
            blind = ~mask.any(dim=-1, keepdim=True)
            mask = mask | blind
            scores = scores.masked_fill(~mask, float("-inf"))
        weights = scores.softmax(dim=-1)
        found = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        if blind is not None:
            weights, found = weights.masked_fill(blind, 0.0), found.masked_fill(blind, 0.0)
        return self.W_o(merge_heads(found)), weights
