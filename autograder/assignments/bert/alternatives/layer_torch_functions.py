"""torch's functions with the modules' weights."""

exercise = "bert-layer"
stand_in = True


class BertLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention = MultiHeadAttention(config.d_model, config.num_heads)
        self.attention_norm = nn.LayerNorm(config.d_model, eps=EPS)
        self.W_1 = nn.Linear(config.d_model, config.d_ff)
        self.W_2 = nn.Linear(config.d_ff, config.d_model)
        self.feed_forward_norm = nn.LayerNorm(config.d_model, eps=EPS)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x, mask=None):
        def normed(total, norm):
            return F.layer_norm(total, total.shape[-1:], norm.weight, norm.bias, norm.eps)

        seen, _ = self.attention(query=x, key=x, value=x, mask=mask)
        middle = normed(torch.add(x, F.dropout(seen, self.dropout.p, self.training)), self.attention_norm)
        bent = nn.functional.gelu(F.linear(middle, self.W_1.weight, self.W_1.bias))
        brought = F.dropout(F.linear(bent, self.W_2.weight, self.W_2.bias), self.dropout.p, self.training)
        return normed(torch.add(middle, brought), self.feed_forward_norm)
