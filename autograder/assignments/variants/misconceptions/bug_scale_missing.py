"""The scores are still not divided by √d: the more features a head has, the larger they are, until softmax picks one
word and passes back hardly any gradient."""

exercise = "bug-hunt"
must_fail = ["test_cured_4", "test_named_4"]


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

    def heads(self, x):
        return torch.stack(x.chunk(self.num_heads, dim=-1), dim=1)

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
        "heads-cut-across-words",
        "residual-of-the-normed",
        "dropout-never-off",
    ]
