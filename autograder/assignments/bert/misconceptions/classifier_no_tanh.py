"""The tanh is missing: two maps with nothing between them are one map."""

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
        first = self.bert(ids, segments, attention_mask)[:, 0]                 # (B, d)
        pooled = self.pooler(first)                                # (B, d)
        return self.output(self.dropout(pooled))                               # (B, num_classes)
