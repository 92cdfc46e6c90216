"""The norm still takes its mean over the batch: a text's numbers depend on its neighbours, and one text alone is
centred to nothing."""

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

    def heads(self, x):
        return torch.stack(x.chunk(self.num_heads, dim=-1), dim=1)

    def attention(self, query, key, value, mask):
        scores = torch.einsum("bhqd,bhkd->bhqk", query, key) * query.shape[-1] ** -0.5
        powers = (scores - scores.amax(-1, keepdim=True)).exp() * mask
        shares = powers / powers.sum(-1, keepdim=True).clamp(min=1e-9)
        return torch.einsum("bhqk,bhkd->bhqd", shares, value)

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
        "one-step-ahead",
        "heads-cut-across-words",
        "mask-after-softmax",
        "dropout-never-off",
    ]
