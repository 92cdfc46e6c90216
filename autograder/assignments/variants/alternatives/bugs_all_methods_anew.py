"""All methods in other words."""

exercise = "bug-hunt"


class Mended(Suspect):
    def make_layers(self, count):
        layers = nn.ModuleList()
        for _ in range(count):
            layers.append(LayerWeights(self.d_model))
        return layers

    def positions(self, tokens):
        counted = tokens.ne(PAD).int().cumsum(1)
        return counted.sub(1).clamp_min(0)

    def mask(self, tokens):
        place = torch.ones_like(tokens[0]).cumsum(dim=0)
        behind = place[None, :] <= place[:, None]
        return behind[None, None] & tokens.ne(PAD)[:, None, None]

    def normalise(self, norm, x):
        return F.layer_norm(x, x.shape[-1:], norm.weight, norm.bias, norm.eps)

    def heads(self, x):
        return torch.stack(x.chunk(self.num_heads, dim=-1), dim=1)

    def merge(self, x):
        return torch.cat(x.unbind(dim=1), dim=-1)

    def attention(self, query, key, value, mask):
        scores = torch.einsum("bhqd,bhkd->bhqk", query, key) * query.shape[-1] ** -0.5
        powers = (scores - scores.amax(-1, keepdim=True)).exp() * mask
        shares = powers / powers.sum(-1, keepdim=True).clamp(min=1e-9)
        return torch.einsum("bhqk,bhkd->bhqd", shares, value)

    def look(self, layer, x, mask):
        parts = [self.heads(linear(x)) for linear in (layer.W_q, layer.W_k, layer.W_v)]
        return layer.W_o(self.merge(self.attention(*parts, mask)))

    def feed(self, layer, x):
        inner = F.linear(x, layer.first.weight, layer.first.bias).clamp(min=0)
        return F.linear(inner, layer.second.weight, layer.second.bias)

    def block(self, layer, x, mask):
        found = self.look(layer, self.normalise(layer.norm_look, x), mask)
        kept = self.drop(found) + x
        return kept + self.drop(self.feed(layer, self.normalise(layer.norm_feed, kept)))

    def drop(self, x):
        if not self.training or self.rate == 0:
            return x
        kept = torch.rand(x.shape, device=x.device) >= self.rate
        return x * kept / (1 - self.rate)

    def logits(self, x):
        return F.linear(x, self.words.weight)

    def loss(self, tokens):
        chances = self(tokens[:, :-1]).log_softmax(-1)
        said = chances.gather(-1, tokens[:, 1:, None])[..., 0]
        real = tokens[:, :-1] != PAD
        return -(said * real).sum() / real.sum()


def mended():
    return Mended


def found():
    return [
        "dropout-never-off",
        "mask-after-softmax",
        "heads-cut-across-words",
        "norm-over-the-batch",
        "one-step-ahead",
        "one-layer-many-times",
    ]
