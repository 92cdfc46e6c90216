"""Everything once more in here: own softmax, view, permute."""

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
        d_head = d_model // H
        q = self.W_q(query).view(B, Tq, H, d_head).permute(0, 2, 1, 3)
        k = self.W_k(key).view(B, Tk, H, d_head).permute(0, 2, 3, 1)
        v = self.W_v(value).view(B, Tk, H, d_head).permute(0, 2, 1, 3)
        scores = torch.matmul(q, k) / d_head ** 0.5
        if mask is not None:
            while mask.dim() < 3:
                mask = mask.unsqueeze(0)
            mask = mask.unsqueeze(1).expand(-1, H, -1, -1)
            scores = scores + (~mask).to(scores.dtype) * -1e9
        scores = scores - scores.max(dim=-1, keepdim=True).values
        powers = scores.exp()
        if mask is not None:
            powers = powers * mask
        weights = powers / powers.sum(dim=-1, keepdim=True).clamp(min=1e-9)
        found = torch.matmul(weights, v).permute(0, 2, 1, 3).contiguous().view(B, Tq, d_model)
        return self.W_o(found), weights
