"""You read the last token, which is a pad in most texts. What is said of the whole text is read off [CLS], token 0.
"""

exercise = "classifier"
must_fail = ["test_scores", "test_pads", "test_segments", "test_dropout"]
may_fail = []


class Classifier(nn.Module):

    def __init__(self, config, num_classes):
        super().__init__()
        self.bert = Bert(config)
        self.pooler = nn.Linear(config.d_model, config.d_model)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(config.d_model, num_classes)

    def forward(self, ids, segments=None, attention_mask=None):
        first = self.bert(ids, segments, attention_mask)[:, -1]                 # (B, d)
        pooled = torch.tanh(self.pooler(first))                                # (B, d)
        return self.output(self.dropout(pooled))                               # (B, num_classes)
