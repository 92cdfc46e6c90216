"""Every layer reads the embeddings, so that only the last one counts. Each reads what the one before it gave."""

exercise = "bert-encoder"
must_fail = ["test_values", "test_no_mask", "test_segments"]
may_fail = []


class Bert(nn.Module):

    def __init__(self, config):
        super().__init__()
        self.embeddings = BertEmbeddings(config)
        self.layers = nn.ModuleList(BertLayer(config) for _ in range(config.num_layers))

    def forward(self, ids, segments=None, attention_mask=None):
        mask = None if attention_mask is None else attention_mask[:, None]     # (B, 1, T)
        x = self.embeddings(ids, segments)                                     # (B, T, d)
        for layer in self.layers:
            states = layer(x, mask)                                                 # (B, T, d)
        return states
