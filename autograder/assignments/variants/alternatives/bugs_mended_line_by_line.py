"""The six methods as they stand in a sound model, and no others."""

exercise = "bug-hunt"


class Mended(Suspect):
    def make_layers(self, count):
        """As many layers as asked for, each with weights of its own. -> nn.ModuleList"""
        return nn.ModuleList([LayerWeights(self.d_model) for _ in range(count)])

    def mask(self, tokens):
        """Who may look where: not ahead, and at no pad. (B, T) -> bool (B, 1, T, T)"""
        T = tokens.shape[1]
        causal = torch.ones(T, T, dtype=torch.bool, device=tokens.device).tril()      # (T, T)
        return causal & (tokens != PAD)[:, None, None, :]

    def normalise(self, norm, x):
        """Layer norm with the gain and the shift of `norm`. (B, T, d_model) -> (B, T, d_model)"""
        average = x.mean(dim=-1, keepdim=True)                                  # (B, T, 1)
        spread = ((x - average) ** 2).mean(dim=-1, keepdim=True) + norm.eps     # (B, T, 1)
        return norm.weight * (x - average) * spread.rsqrt() + norm.bias

    def heads(self, x):
        """Cuts the features into heads. (B, T, d_model) -> (B, H, T, d_head)"""
        B, T = x.shape[:2]
        return x.view(B, T, self.num_heads, -1).transpose(1, 2)

    def attention(self, query, key, value, mask):
        """The look itself. query, key, value: (B, H, T, d_head), mask: bool (B, 1, T, T) -> (B, H, T, d_head)"""
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])     # (B, H, T, T)
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=-1)               # (B, H, T, T)
        return weights @ value

    def drop(self, x):
        """Dropout, in training alone. Any shape -> the same shape"""
        return F.dropout(x, self.rate, training=self.training)


def mended():
    return Mended


def found():
    return [
        "one-layer-many-times",
        "one-step-ahead",
        "norm-over-the-batch",
        "heads-cut-across-words",
        "mask-after-softmax",
        "dropout-never-off",
    ]
