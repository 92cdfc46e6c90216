"""Layers folded by functools.reduce."""

exercise = "bert-encoder"
stand_in = True


class Bert(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = BertEmbeddings(config)
        self.layers = nn.ModuleList(BertLayer(config) for _ in range(config.num_layers))

    def forward(self, ids, segments=None, attention_mask=None):
        from functools import reduce

        keys = attention_mask.unsqueeze(1) if attention_mask is not None else None
        return reduce(lambda states, layer: layer(states, mask=keys), self.layers, self.embeddings(ids, segments))
