"""The list still holds one layer several times: `[layer] * n` repeats the object, so all layers share their weights."""

exercise = "bug-hunt"
must_fail = ["test_cured_1", "test_named_1"]


class Mended(Suspect):
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
        "one-step-ahead",
        "norm-over-the-batch",
        "heads-cut-across-words",
        "mask-after-softmax",
        "dropout-never-off",
    ]
