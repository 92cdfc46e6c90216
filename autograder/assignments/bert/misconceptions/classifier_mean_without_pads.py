"""You take the mean over the real tokens. That would work; but the pooler asked for here reads [CLS] alone, as BERT's
does.
"""

exercise = "classifier"
must_fail = ["test_scores", "test_segments", "test_dropout"]
may_fail = []


class Classifier(nn.Module):

    def __init__(self, config, num_classes):
        super().__init__()
        self.bert = Bert(config)
        self.pooler = nn.Linear(config.d_model, config.d_model)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(config.d_model, num_classes)

    def forward(self, ids, segments=None, attention_mask=None):
        states = self.bert(ids, segments, attention_mask)
        real = torch.ones_like(ids) if attention_mask is None else attention_mask
        first = (states * real[..., None]).sum(1) / real.sum(1, keepdim=True)                 # (B, d)
        pooled = torch.tanh(self.pooler(first))                                # (B, d)
        return self.output(self.dropout(pooled))                               # (B, num_classes)
