"""Heads folded into the batch, then bmm; the mask is repeated for each head."""

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
        B, Tq, d_model = query.shape
        Tk, H = key.shape[1], self.num_heads
        q, k, v = (split_heads(W(x), H).reshape(B * H, x.shape[1], -1) for W, x in
                   ((self.W_q, query), (self.W_k, key), (self.W_v, value)))
        if mask is not None:
            mask = mask.expand(B, Tq, Tk).repeat_interleave(H, dim=0)
        found, weights = scaled_dot_product_attention(q, k, v, mask)
        found, weights = found.reshape(B, H, Tq, -1), weights.reshape(B, H, Tq, Tk)
        return self.W_o(merge_heads(found)), weights
