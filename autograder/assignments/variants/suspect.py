"""The transformer of the bug hunt without its bugs, and once more in other words; `bank.py` says what goes wrong in it.

A method of `SUSPECT` is a site: at most one bug is planted in each, so that what a check finds there is that bug.
"""

from __future__ import annotations

import ast

#: Decoder-only and pre-LN; texts are padded on the left, so that all end at the same place.
SUSPECT = '''\
PAD = 0


class LayerWeights(nn.Module):
    """The weights of one layer. No bug in here."""

    def __init__(self, d_model):
        super().__init__()
        self.norm_look, self.norm_feed = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(d_model, d_model) for _ in range(4))
        self.first, self.second = nn.Linear(d_model, 4 * d_model), nn.Linear(4 * d_model, d_model)


class Suspect(nn.Module):
    """A decoder-only transformer. Somewhere in its methods are six bugs, no two of them in the same method."""

    def __init__(self, vocabulary, d_model, num_heads, num_layers, longest=40, rate=0.1):
        super().__init__()          # no bug here, nor in forward
        self.d_model, self.num_heads, self.rate = d_model, num_heads, rate
        self.words = nn.Embedding(vocabulary, d_model)
        self.places = nn.Embedding(longest, d_model)
        nn.init.normal_(self.words.weight, std=d_model ** -0.5)
        nn.init.normal_(self.places.weight, std=0.5)
        self.layers = self.make_layers(num_layers)
        self.norm_last = nn.LayerNorm(d_model)

    def forward(self, tokens):
        """Scores of the next token. tokens: (B, T), padded on the LEFT -> (B, T, vocabulary)"""
        x = self.words(tokens) * math.sqrt(self.d_model) + self.places(self.positions(tokens))   # (B, T, d_model)
        x, mask = self.drop(x), self.mask(tokens)                               # (B, T, d_model), (B, 1, T, T)
        for layer in self.layers:
            x = self.block(layer, x, mask)                                      # (B, T, d_model)
        return self.logits(self.normalise(self.norm_last, x))                   # (B, T, vocabulary)

    def make_layers(self, count):
        """As many layers as asked for, each with weights of its own. -> nn.ModuleList"""
        return nn.ModuleList([LayerWeights(self.d_model) for _ in range(count)])

    def positions(self, tokens):
        """0 for the first word of each text, 1 for the second, …; 0 for pads. (B, T) -> int64 (B, T)"""
        places = (tokens != PAD).long().cumsum(dim=1) - 1                       # (B, T)
        return places.clamp(min=0)

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

    def merge(self, x):
        """Puts the heads side by side again. (B, H, T, d_head) -> (B, T, d_model)"""
        B, H, T, d_head = x.shape
        return x.transpose(1, 2).reshape(B, T, H * d_head)

    def attention(self, query, key, value, mask):
        """The look itself. query, key, value: (B, H, T, d_head), mask: bool (B, 1, T, T) -> (B, H, T, d_head)"""
        scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])     # (B, H, T, T)
        weights = scores.masked_fill(~mask, -1e9).softmax(dim=-1)               # (B, H, T, T)
        return weights @ value

    def look(self, layer, x, mask):
        """Self-attention with all heads. (B, T, d_model) -> (B, T, d_model)"""
        query, key, value = self.heads(layer.W_q(x)), self.heads(layer.W_k(x)), self.heads(layer.W_v(x))
        return layer.W_o(self.merge(self.attention(query, key, value, mask)))

    def feed(self, layer, x):
        """The feed-forward network. (B, T, d_model) -> (B, T, d_model)"""
        return layer.second(layer.first(x).relu())

    def block(self, layer, x, mask):
        """One layer, pre-LN: look and feed, each beside a residual. (B, T, d_model) -> (B, T, d_model)"""
        normed = self.normalise(layer.norm_look, x)                             # (B, T, d_model)
        x = x + self.drop(self.look(layer, normed, mask))                       # (B, T, d_model)
        normed = self.normalise(layer.norm_feed, x)                             # (B, T, d_model)
        return x + self.drop(self.feed(layer, normed))

    def drop(self, x):
        """Dropout, in training alone. Any shape -> the same shape"""
        return F.dropout(x, self.rate, training=self.training)

    def logits(self, x):
        """A score for each word, by its embedding: the weights are tied. (B, T, d_model) -> (B, T, vocabulary)"""
        return x @ self.words.weight.T

    def loss(self, tokens):
        """Mean cross-entropy of each real token but a text's first, given those before it. (B, T) -> ()"""
        given, wanted = tokens[:, :-1], tokens[:, 1:]                           # (B, T - 1) each
        wanted = wanted.masked_fill(given == PAD, PAD)                          # (B, T - 1), without the first words
        return F.cross_entropy(self(given).transpose(1, 2), wanted, ignore_index=PAD)
'''

#: Every method once more, in other words: an alternative that has to pass whatever is planted.
IN_OTHER_WORDS = """\
class Other(Suspect):
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
"""


def method(source: str, name: str) -> str:
    """A method of the last class in a source, as it stands there, without its docstring's end of line changed."""
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    found = next(node for node in classes[-1].body if isinstance(node, ast.FunctionDef) and node.name == name)
    assert found.end_lineno is not None
    return "\n".join(source.splitlines()[found.lineno - 1 : found.end_lineno])


def methods(source: str) -> list[str]:
    """The methods of the last class in a source that bugs are planted in, in their order."""
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    names = [node.name for node in classes[-1].body if isinstance(node, ast.FunctionDef)]
    return [name for name in names if name not in ("__init__", "forward")]
