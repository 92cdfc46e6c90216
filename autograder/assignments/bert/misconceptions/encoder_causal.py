"""Nobody sees what comes later: that is GPT's mask. BERT sees both sides."""

exercise = "bert-encoder"
must_fail = ["test_values", "test_no_mask", "test_both_ways", "test_segments"]
may_fail = []


class Bert(nn.Module):

    def __init__(self, config):
        super().__init__()
        self.embeddings = BertEmbeddings(config)
        self.layers = nn.ModuleList(BertLayer(config) for _ in range(config.num_layers))

    def forward(self, ids, segments=None, attention_mask=None):
        mask = None if attention_mask is None else attention_mask[:, None]     # (B, 1, T)
        T = ids.shape[1]
        causal = torch.ones(T, T, dtype=torch.bool, device=ids.device).tril()
        mask = causal if mask is None else causal & mask
        x = self.embeddings(ids, segments)                                     # (B, T, d)
        for layer in self.layers:
            x = layer(x, mask)                                                 # (B, T, d)
        return x
