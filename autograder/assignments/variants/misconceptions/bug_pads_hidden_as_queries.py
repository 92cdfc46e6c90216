"""The mask still hides the rows of pads, not their columns: pads look nowhere, which helps nobody, and every word goes
on looking at the pads before it."""

exercise = "bug-hunt"
must_fail = ["test_cured_2", "test_named_2"]


class Mended(Suspect):
    def make_layers(self, count):
        layers = nn.ModuleList()
        for _ in range(count):
            layers.append(LayerWeights(self.d_model))
        return layers

    def heads(self, x):
        return torch.stack(x.chunk(self.num_heads, dim=-1), dim=1)

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
        "heads-cut-across-words",
        "scale-missing",
        "residual-of-the-normed",
        "dropout-never-off",
    ]
