"""The features are still cut into heads by a view alone: the numbers stay in their order, and so a head gets pieces of
several words. Cut first, (B, T, H, d_head), then swap."""

exercise = "bug-hunt"
must_fail = ["test_cured_3", "test_named_3"]


class Mended(Suspect):
    def make_layers(self, count):
        layers = nn.ModuleList()
        for _ in range(count):
            layers.append(LayerWeights(self.d_model))
        return layers

    def mask(self, tokens):
        place = torch.ones_like(tokens[0]).cumsum(dim=0)
        behind = place[None, :] <= place[:, None]
        return behind[None, None] & tokens.ne(PAD)[:, None, None]

    def attention(self, query, key, value, mask):
        scores = torch.einsum("bhqd,bhkd->bhqk", query, key) * query.shape[-1] ** -0.5
        powers = (scores - scores.amax(-1, keepdim=True)).exp() * mask
        shares = powers / powers.sum(-1, keepdim=True).clamp(min=1e-9)
        return torch.einsum("bhqk,bhkd->bhqd", shares, value)

    def block(self, layer, x, mask):
        found = self.look(layer, self.normalise(layer.norm_look, x), mask)
        kept = self.drop(found) + x
        return kept + self.drop(self.feed(layer, self.normalise(layer.norm_feed, kept)))

    def drop(self, x):
        if not self.training or self.rate == 0:
            return x
        kept = torch.rand(x.shape, device=x.device) >= self.rate
        return x * kept / (1 - self.rate)


def mended():
    return Mended


def found():
    return [
        "one-layer-many-times",
        "pads-hidden-as-queries",
        "scale-missing",
        "residual-of-the-normed",
        "dropout-never-off",
    ]
