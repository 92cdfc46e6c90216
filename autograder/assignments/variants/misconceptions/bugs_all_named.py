"""Your list holds every name there is: that finds nothing. Name six."""

exercise = "bug-hunt"
must_fail = ["test_named_1", "test_named_2", "test_named_3", "test_named_4", "test_named_5", "test_named_6"]


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

    def normalise(self, norm, x):
        return F.layer_norm(x, x.shape[-1:], norm.weight, norm.bias, norm.eps)

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
        "scale-missing",
        "scale-of-the-model",
        "softmax-over-queries",
        "mask-after-softmax",
        "heads-cut-across-words",
        "heads-merged-in-order",
        "one-step-ahead",
        "pads-hidden-as-queries",
        "keys-and-values-swapped",
        "output-not-mixed",
        "pads-are-counted",
        "norm-over-the-batch",
        "norm-over-the-words",
        "one-layer-many-times",
        "residual-of-the-normed",
        "residual-missing",
        "relu-at-the-end",
        "dropout-never-off",
        "tie-cut",
        "target-not-shifted",
        "loss-over-pads",
    ]
