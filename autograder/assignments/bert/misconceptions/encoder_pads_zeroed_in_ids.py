"""You write into the ids that you are given. Leave the caller's tensors as they are."""

exercise = "bert-encoder"
must_fail = ["test_inputs_unchanged"]
may_fail = []


class Bert(nn.Module):

    def __init__(self, config):
        super().__init__()
        self.embeddings = BertEmbeddings(config)
        self.layers = nn.ModuleList(BertLayer(config) for _ in range(config.num_layers))

    def forward(self, ids, segments=None, attention_mask=None):
        mask = None if attention_mask is None else attention_mask[:, None]     # (B, 1, T)
        if attention_mask is not None:
            ids.masked_fill_(~attention_mask, UNK)
        x = self.embeddings(ids, segments)                                     # (B, T, d)
        for layer in self.layers:
            x = layer(x, mask)                                                 # (B, T, d)
        return x
