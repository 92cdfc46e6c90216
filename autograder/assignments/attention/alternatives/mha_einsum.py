"""einsum with the weights themselves, without splitting anything."""

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
        H, d_model = self.num_heads, query.shape[-1]

        def project(linear, x):
            weight = linear.weight.view(H, d_model // H, d_model)
            return torch.einsum("btm,hdm->bhtd", x, weight) + linear.bias.view(1, H, 1, -1)

        q, k, v = project(self.W_q, query), project(self.W_k, key), project(self.W_v, value)
        scores = torch.einsum("bhqd,bhkd->bhqk", q, k) / math.sqrt(d_model // H)
        if mask is not None:
            seen = mask.unsqueeze(-3)
            scores = scores.masked_fill(~seen, torch.finfo(scores.dtype).min)
        weights = torch.softmax(scores, dim=-1)
        if mask is not None:
            weights = weights * seen
        mixed = torch.einsum("bhqk,bhkd->bqhd", weights, v).reshape(*query.shape)
        return self.W_o(mixed), weights
