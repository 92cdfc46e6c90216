"""One big weight for all three projections; each input uses its own third of it."""

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
        d_model, H = query.shape[-1], self.num_heads
        weight = torch.stack([self.W_q.weight, self.W_k.weight, self.W_v.weight])     # (3, d_model, d_model)
        bias = torch.stack([self.W_q.bias, self.W_k.bias, self.W_v.bias])             # (3, d_model)
        parts = [x @ weight[i].T + bias[i] for i, x in enumerate((query, key, value))]
        q, k, v = (part.unflatten(-1, (H, d_model // H)).transpose(1, 2) for part in parts)
        found, weights = scaled_dot_product_attention(q, k, v, None if mask is None else mask[..., None, :, :])
        return self.W_o(found.transpose(1, 2).flatten(2)), weights
