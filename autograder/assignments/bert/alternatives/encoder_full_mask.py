"""A square mask for each text."""

exercise = "bert-encoder"


class Bert(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = BertEmbeddings(config)
        self.layers = nn.ModuleList(BertLayer(config) for _ in range(config.num_layers))

    def forward(self, ids, segments=None, attention_mask=None):
        if attention_mask is None:
            attention_mask = torch.ones_like(ids, dtype=torch.bool)
        B, T = ids.shape
        square = attention_mask.view(B, 1, T).expand(B, T, T)
        states = [self.embeddings(ids, segments)]
        for i in range(len(self.layers)):
            states.append(self.layers[i](states[-1], square))
        return states[-1]
