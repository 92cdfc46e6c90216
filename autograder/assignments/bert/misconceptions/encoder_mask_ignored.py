"""The attention mask is not handed on, so that everyone looks at the pads. It is not optional: without it an answer
depends on which other texts are in the batch.
"""

exercise = "bert-encoder"
must_fail = ["test_values", "test_pads"]
may_fail = []


class Bert(nn.Module):

    def __init__(self, config):
        super().__init__()
        self.embeddings = BertEmbeddings(config)
        self.layers = nn.ModuleList(BertLayer(config) for _ in range(config.num_layers))

    def forward(self, ids, segments=None, attention_mask=None):
        mask = None if attention_mask is None else None     # (B, 1, T)
        x = self.embeddings(ids, segments)                                     # (B, T, d)
        for layer in self.layers:
            x = layer(x, mask)                                                 # (B, T, d)
        return x
