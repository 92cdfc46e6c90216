"""Your mask hides the ROWS of pads (queries) where it should hide their columns (keys): pads must not be LOOKED AT.
attention_mask[:, None] is (B, 1, T), a row of keys for every query.
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
        mask = None if attention_mask is None else attention_mask[:, :, None]     # (B, 1, T)
        x = self.embeddings(ids, segments)                                     # (B, T, d)
        for layer in self.layers:
            x = layer(x, mask)                                                 # (B, T, d)
        return x
