"""You make the mask of the ids instead of using the one that is given. Then nobody can hide anything else, and without
a mask the pads are hidden all the same.
"""

exercise = "bert-encoder"
must_fail = ["test_pads", "test_no_mask"]
may_fail = []


class Bert(nn.Module):

    def __init__(self, config):
        super().__init__()
        self.embeddings = BertEmbeddings(config)
        self.layers = nn.ModuleList(BertLayer(config) for _ in range(config.num_layers))

    def forward(self, ids, segments=None, attention_mask=None):
        mask = (ids != PAD)[:, None]     # (B, 1, T)
        x = self.embeddings(ids, segments)                                     # (B, T, d)
        for layer in self.layers:
            x = layer(x, mask)                                                 # (B, T, d)
        return x
